/**
 * Page polling: starts and stops the requests for everything but the list (counts, charts, words, facts of the server). It starts once the
 * first posts are on the screen, or after 400 ms without them; the panel's requests run only while the panel is open. While the server asks
 * for a token, only one request in some seconds remains.
 */
import type { Column } from "./column";
import type { Insight } from "./insight";
import { afterFirstPaint } from "./page/afterFirstPaint";
import type { PanelState } from "./page/panelState";
import type { ServerState } from "./page/serverState";

/** Parts of the page that poll; `Desk` has them. */
export interface PolledPage {
  readonly columns: readonly Column[];
  readonly column: Column;
  readonly insight: Insight;
  readonly panel: PanelState;
  readonly server: ServerState;
}

/** Milliseconds that polling waits for the first posts at most. */
const FIRST_POSTS_WAIT_MS = 400;

export class PagePolling {
  /** Whether polling has started: the first posts are on the screen, or took too long. */
  started = false;
  private scheduled = false;
  private panelWasOpen = false;

  constructor(
    private readonly page: PolledPage,
    private readonly changed: () => void,
  ) {}

  /** Start when the first posts are on the screen, or after `FIRST_POSTS_WAIT_MS` without them. */
  schedule(): void {
    setTimeout(() => this.start(), FIRST_POSTS_WAIT_MS);
  }

  /** The first posts have arrived: start once they are on the screen. */
  firstPostsArrived(): void {
    if (this.started || this.scheduled) return;
    this.scheduled = true;
    afterFirstPaint(() => this.start());
  }

  private start(): void {
    if (this.started) return;
    this.started = true;
    this.startPolling();
    void this.page.server.fetchFacts();
    this.changed();
  }

  /** Poll the counts of every column, and what the panel shows. */
  startPolling(): void {
    if (!this.started) return;
    for (const column of this.page.columns) this.startCounting(column);
    this.startPanelPolling();
  }

  /** Request the counts of a column now, and poll them. */
  startCounting(column: Column): void {
    if (this.started) column.run.startCounting();
  }

  /** Poll for the panel what the selected column shows. */
  selectionChanged(): void {
    if (this.started) this.startPanelPolling();
  }

  /** Stop every poller. Without a token the server refuses every request, so one request in some seconds finds out when that changes. */
  stopPolling(): void {
    for (const { run } of this.page.columns) run.stopCounting();
    this.page.insight.stopPolling();
    this.page.server.fetchFactsLater();
  }

  /** Start the panel's pollers when the panel opens, and stop them when it closes. */
  panelChanged(): void {
    if (this.started && this.page.panel.open !== this.panelWasOpen) this.startPanelPolling();
  }

  private startPanelPolling(): void {
    this.panelWasOpen = this.page.panel.open;
    const { spec, run } = this.page.column;
    this.page.insight.startPolling(spec, this.panelWasOpen);
    if (run.counts.timeline) this.page.insight.setSpanFrom(run.counts.timeline);
  }
}
