/**
 * Line under a chart or table with the number of posts it was computed from, the number that match, and their time span: "based on n of N,
 * from–to".
 */
import type { JSX } from "preact";
import type { BasedOn } from "../../wire/api";
import { panelWords } from "../../words";

export function BasedOnLine({ on }: { on: BasedOn }): JSX.Element {
  return <p class="based">{panelWords.basedOn(on.counted, on.matching, on.from, on.to)}</p>;
}
