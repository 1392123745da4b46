/** The bottom line: the state in words, the rate, what is indexed, connected and loaded. A click opens coverage and gaps. */
import type { JSX } from "preact";
import type { Status } from "../../state/status";
import type { Desk } from "../../state/desk";
import { formatExactTime, formatDuration } from "../../text/formatTime";
import { formatCount, formatNumber, formatRate } from "../../text/formatNumber";
import { StatusActionButton } from "./StatusActionButton";

export function StatusBar({ desk, condition }: { desk: Desk; condition: Status }): JSX.Element {
  const { indexed, rate: perSecond, connected } = desk.server.stats;
  const since = condition.since === null ? "" : ` Since ${formatExactTime(condition.since)}.`;
  return (
    <footer class="status" data-home=".status .state" data-kind={condition.kind}>
      <button class={`state ${condition.tone}`} title={`${condition.cause}${since} Open coverage and gaps.`} onClick={() => desk.openDialog("coverage")}>
        <i class="dot" aria-hidden="true" /> {condition.word}
        {condition.since !== null && condition.kind !== "live" ? <span class="since"> for {formatDuration(Date.now() - condition.since)}</span> : null}
      </button>
      {condition.kind === "live" ? null : <span class="cause">{condition.cause}</span>}
      {condition.action ? <StatusActionButton desk={desk} action={condition.action} /> : null}
      <span class="figures">
        {perSecond === undefined ? null : <span>{formatRate(perSecond)} posts/s</span>}
        {indexed === undefined ? null : <span>{formatNumber(indexed)} indexed</span>}
        {connected === undefined ? null : <span class="spare">{formatNumber(connected)} connected</span>}
        <span class="spare" title={formatCount(desk.column.run.posts.size, "post")}>{formatNumber(desk.column.run.posts.size)} loaded here</span>
      </span>
    </footer>
  );
}
