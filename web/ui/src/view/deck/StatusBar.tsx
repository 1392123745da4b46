/**
 * Status bar at the foot: the status in words with its cause, duration and action, the rate, and the numbers of posts stored and loaded and
 * of viewers. A click on the status opens coverage and gaps.
 */
import type { JSX } from "preact";
import type { Status } from "../../state/page/status";
import type { Desk } from "../../state/desk";
import { formatExactTime, formatDuration } from "../../text/formatTime";
import { StatusActionButton } from "./StatusActionButton";
import { deckWords } from "../../words";

export function StatusBar({ desk, status }: { desk: Desk; status: Status }): JSX.Element {
  const { indexed, rate: perSecond, connected } = desk.server.stats;
  const since = status.since === null ? null : formatExactTime(status.since);
  return (
    <footer class="status" data-home=".status .state" data-kind={status.kind}>
      <button class={`state ${status.tone}`} title={deckWords.statusBarCoverageTitle(status.cause, since)} onClick={() => desk.openDialog("coverage")}>
        <i class="dot" aria-hidden="true" /> {status.word}
        {status.since !== null && status.kind !== "live" ? <span class="since">{deckWords.statusBarLasting(formatDuration(Date.now() - status.since))}</span> : null}
      </button>
      {status.kind === "live" ? null : <span class="cause">{status.cause}</span>}
      {status.action ? <StatusActionButton desk={desk} column={desk.column} action={status.action} /> : null}
      <span class="figures">
        {perSecond === undefined ? null : <span>{deckWords.statusBarRate(perSecond)}</span>}
        {indexed === undefined ? null : <span>{deckWords.statusBarStored(indexed)}</span>}
        {connected === undefined ? null : <span class="spare">{deckWords.statusBarViewers(connected)}</span>}
        <span class="spare" title={deckWords.statusBarLoadedTitle(desk.column.run.posts.size)}>{deckWords.statusBarLoaded(desk.column.run.posts.size)}</span>
      </span>
    </footer>
  );
}
