/**
 * Connection recovery: brings the page up to date when the connection opens again, and when the server asks for an access token or
 * lets the reader in again. A past span has no subscription, so it is loaded or compared again here.
 */
import { normalizeText } from "../posts/normalizeText";
import type { Connection, ConnectionState } from "../wire/connection";
import type { Column } from "./column";
import { recheckSpan } from "./historyLoader";
import type { LinkState } from "./page/linkState";
import type { ServerState } from "./page/serverState";
import type { PagePolling } from "./pagePolling";
import { isRetryable } from "./page/status";

/** The parts of the page that recover. */
export interface RecoveringPage {
  readonly link: LinkState;
  readonly server: ServerState;
  readonly polling: PagePolling;
  readonly column: Column;
  searchAgain(): void;
}

export class ConnectionRecovery {
  constructor(
    private readonly page: RecoveringPage,
    private readonly connection: Connection,
    private readonly changed: () => void,
  ) {}

  onLink(state: ConnectionState, code: number): void {
    const { link, server, polling } = this.page;
    const first = !link.everOpen;
    const wasSignedOut = link.state === "signed-out";
    if (link.setConnection(state, code)) {
      // While the first posts are on their way there is time to compile the patterns that read them (8 ms).
      if (first) setTimeout(() => normalizeText("a"));
      link.everOpen = true;
      if (polling.started && !first) void server.fetchFacts();
      if (wasSignedOut) polling.startPolling();
      this.recoverPastSpan(!first);
    }
    if (state === "signed-out") polling.stopPolling();
    this.changed();
  }

  /** The API asks for an access token (`refused`), or answers again: the reader signed in in another tab. */
  onApiRefusal(refused: boolean): void {
    const { link, polling } = this.page;
    if (!link.setApiRefused(refused)) return;
    if (refused) polling.stopPolling();
    else {
      this.connection.reopen();
      polling.startPolling();
      this.recoverPastSpan(false);
    }
    this.changed();
  }

  /** Load a past span again where loading failed; `compare`: compare a loaded one with the store. */
  recoverPastSpan(compare: boolean): void {
    const { run } = this.page.column;
    if (!run.isPast) return;
    if (isRetryable(run.problem)) this.page.searchAgain();
    else if (compare && run.loading === "ready") void recheckSpan(run, this.changed);
  }
}
