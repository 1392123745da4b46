/** The bottom line: the state in words, the rate, what is indexed, connected and loaded. A click opens coverage and gaps. */
import type { JSX } from "preact";
import type { Condition } from "../../state/status";
import type { Desk } from "../../state/desk";
import { exact, lasting } from "../../text/formatTime";
import { counted, grouped, rate } from "../../text/formatNumber";
import { ActionButton } from "./StatusActionButton";

export function StatusBar({ desk, condition }: { desk: Desk; condition: Condition }): JSX.Element {
  const { indexed, rate: perSecond, connected } = desk.server.stats;
  const since = condition.since === null ? "" : ` Since ${exact(condition.since)}.`;
  return (
    <footer class="status" data-home=".status .state" data-kind={condition.kind}>
      <button class={`state ${condition.tone}`} title={`${condition.cause}${since} Open coverage and gaps.`} onClick={() => desk.open("coverage")}>
        <i class="dot" aria-hidden="true" /> {condition.word}
        {condition.since !== null && condition.kind !== "live" ? <span class="since"> for {lasting(Date.now() - condition.since)}</span> : null}
      </button>
      {condition.kind === "live" ? null : <span class="cause">{condition.cause}</span>}
      {condition.action ? <ActionButton desk={desk} action={condition.action} /> : null}
      <span class="figures">
        {perSecond === undefined ? null : <span>{rate(perSecond)} posts/s</span>}
        {indexed === undefined ? null : <span>{grouped(indexed)} indexed</span>}
        {connected === undefined ? null : <span class="spare">{grouped(connected)} connected</span>}
        <span class="spare" title={counted(desk.column.run.holding.size, "post")}>{grouped(desk.column.run.holding.size)} loaded here</span>
      </span>
    </footer>
  );
}
