/** What a chart or table is worked out over: "based on n of N, from–to". */
import type { JSX } from "preact";
import { between } from "../../text/formatTime";
import { grouped } from "../../text/formatNumber";
import type { BasedOn } from "../../wire/api";

export function Based({ on }: { on: BasedOn }): JSX.Element {
  return <p class="based">based on {grouped(on.counted)} of {grouped(on.matching)}{on.matching ? `, ${between(on.from, on.to, Date.now())}` : ""}</p>;
}
