/** What a chart or table is worked out over: "based on n of N, from–to". */
import type { JSX } from "preact";
import type { BasedOn } from "../../wire/api";
import * as panelWords from "../../words/panel";

export function BasedOnLine({ on }: { on: BasedOn }): JSX.Element {
  return <p class="based">{panelWords.basedOn(on.counted, on.matching, on.from, on.to)}</p>;
}
