/** What a chart or table is worked out over: "based on n of N, from–to". */
import type { JSX } from "preact";
import { formatSpan } from "../../text/formatTime";
import { formatNumber } from "../../text/formatNumber";
import type { BasedOn } from "../../wire/api";

export function BasedOnLine({ on }: { on: BasedOn }): JSX.Element {
  return <p class="based">based on {formatNumber(on.counted)} of {formatNumber(on.matching)}{on.matching ? `, ${formatSpan(on.from, on.to, Date.now())}` : ""}</p>;
}
