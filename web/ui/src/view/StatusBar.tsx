/** The bottom line: the state in words, the rate, what is indexed, connected and loaded. A click opens coverage and gaps. */
import type { JSX } from "preact";
import type { Condition } from "../state/condition";
import type { Page } from "../state/page";
import { exact, lasting } from "../text/clock";
import { counted, grouped, rate } from "../text/number";
import { ActionButton } from "./ActionButton";

export function StatusBar({ page, condition }: { page: Page; condition: Condition }): JSX.Element {
  const { indexed, rate: perSecond, connected } = page.server.stats;
  const since = condition.since === null ? "" : ` Since ${exact(condition.since)}.`;
  return (
    <footer class="status" data-kind={condition.kind}>
      <button class={`state ${condition.tone}`} title={`${condition.cause}${since} Open coverage and gaps.`} onClick={() => page.open("coverage")}>
        <i class="dot" aria-hidden="true" /> {condition.word}
        {condition.since !== null && condition.kind !== "live" ? <span class="since"> for {lasting(Date.now() - condition.since)}</span> : null}
      </button>
      {condition.kind === "live" ? null : <span class="cause">{condition.cause}</span>}
      {condition.action ? <ActionButton page={page} action={condition.action} /> : null}
      <span class="figures">
        {perSecond === undefined ? null : <span>{rate(perSecond)} posts/s</span>}
        {indexed === undefined ? null : <span>{grouped(indexed)} indexed</span>}
        {connected === undefined ? null : <span class="spare">{grouped(connected)} connected</span>}
        <span class="spare" title={counted(page.column.holding.size, "post")}>{grouped(page.column.holding.size)} loaded here</span>
      </span>
    </footer>
  );
}
