/**
 * Connection recovery: brings the page up to date when the connection opens again, and stops and restarts the page's polling when the
 * server asks for an access token or accepts the reader again. A past span has no subscription, so the recovery loads it again after a
 * failure, or compares it with the store.
 */
import { normalizeText } from "../posts/normalizeText";
import type { Connection, ConnectionState } from "../wire/connection";
import type { Column } from "./column";
import { recheckSpan } from "./storeLoader";
import type { LinkState } from "./page/linkState";
import type { ServerState } from "./page/serverState";
import type { PagePolling } from "./pagePolling";
import { isRetryable } from "./page/status";

/** Parts of the page that the recovery uses; `Desk` has them. */
export interface RecoveringPage {
  readonly link: LinkState;
  readonly server: ServerState;
  readonly polling: PagePolling;
  readonly columns: readonly Column[];
  searchAgain(column: Column): void;
}

export class ConnectionRecovery {
  constructor(
    private readonly page: RecoveringPage,
    private readonly connection: Connection,
    private readonly changed: () => void,
  ) {}

  /** Handle a new state of the connection; `code` is the close code of the socket, 0 for none. */
  onLink(state: ConnectionState, code: number): void {
    const { link, server, polling } = this.page;
    const first = !link.everOpen;
    const wasSignedOut = link.state === "signed-out";
    if (link.setConnection(state, code)) {
      // Compiles the patterns of the tokenizer (8 ms) while the first posts are on their way.
      if (first) setTimeout(() => normalizeText("a"));
      link.everOpen = true;
      if (polling.started && !first) void server.fetchFacts();
      if (wasSignedOut) polling.startPolling();
      this.recoverPastSpans(!first);
    }
    if (state === "signed-out") polling.stopPolling();
    this.changed();
  }

  /** Handle an API that asks for an access token (`refused`), or that answers again because the reader signed in in another tab. */
  onApiRefusal(refused: boolean): void {
    const { link, polling } = this.page;
    if (!link.setApiRefused(refused)) return;
    if (refused) polling.stopPolling();
    else {
      this.connection.reopen();
      polling.startPolling();
      this.recoverPastSpans(false);
    }
    this.changed();
  }

  /** Load each past span again whose loading failed. With `compare`, compare the loaded spans with the store. */
  recoverPastSpans(compare: boolean): void {
    for (const column of [...this.page.columns]) {
      const { run } = column;
      if (!run.isPast) continue;
      if (isRetryable(run.problem)) this.page.searchAgain(column);
      else if (compare && run.isLoaded) void recheckSpan(run, this.changed);
    }
  }
}
