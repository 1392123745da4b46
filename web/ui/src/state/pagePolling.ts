/**
 * Page polling: starts and stops the requests for everything but the lists (counts, charts, words, facts of the server). It starts once the
 * first posts are on the screen, or after 400 ms without them. The selected column is counted every 2 s, other visible ones every 10 s
 * (`columns/countRotation.ts`), the rest not at all; the panel's requests run only while the panel is open. While the server asks for a token,
 * only one request in some seconds remains.
 */
import type { Column } from "./column";
import type { Insight } from "./insight";
import { CountRotation } from "./columns/countRotation";
import { afterFirstPaint } from "./page/afterFirstPaint";
import type { PanelState } from "./page/panelState";
import type { Run } from "./run";
import type { ServerState } from "./page/serverState";
import { RANKED_EVERY_MS } from "./list/storedRanking";

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
/** Milliseconds between two requests of the ranking of a column that is not selected. */
const OTHERS_RANKED_EVERY_MS = 10_000;

export class PagePolling {
  /** Whether polling has started: the first posts are on the screen, or took too long. */
  started = false;
  private scheduled = false;
  private panelWasOpen = false;
  /** Ids of the columns that are on the screen, and not collapsed. */
  private visible: ReadonlySet<string> = new Set();
  private readonly others = new CountRotation(() => this.page.columns.filter((column) => column !== this.page.column && this.visible.has(column.id)));

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
    this.page.column.run.startCounting();
    this.others.start();
    this.rankColumns();
    this.startPanelPolling();
  }

  /** Request the rankings of the columns on the screen, that of the selected one more often. */
  private rankColumns(): void {
    // A paused list needs its ranking once.
    const start = ({ ranking, list }: Run, everyMs: number): void => ranking.start(everyMs, !list.isPaused || !ranking.isLoaded);
    for (const column of this.page.columns) {
      const isSelected = column === this.page.column;
      if (isSelected || (this.visible.has(column.id) && !column.spec.collapsed)) start(column.run, isSelected ? RANKED_EVERY_MS : OTHERS_RANKED_EVERY_MS);
      else column.run.ranking.stop();
    }
  }

  /** Request the counts of a column now if a reader sees it, because its search or what is stored has changed. */
  startCounting(column: Column): void {
    if (column === this.page.column) column.run.startCounting();
    else if (this.started) this.others.renew(column);
    if (this.started) this.rankColumns();
  }

  /** Count the selected column as such, and poll for the panel what it shows. */
  selectionChanged(): void {
    if (!this.started) return;
    for (const column of this.page.columns) if (column !== this.page.column) column.run.stopCounting();
    this.startPolling();
  }

  /** Return whether a reader sees a column: it is on the screen, and the page is not hidden. */
  isSeen(column: Column): boolean {
    return !document.hidden && !column.spec.collapsed && (column === this.page.column || this.visible.has(column.id));
  }

  /** Set the columns that are on the screen and not collapsed. Columns that come into sight are counted at once. */
  setVisible(ids: ReadonlySet<string>): void {
    const appeared = [...ids].some((id) => !this.visible.has(id));
    this.visible = ids;
    if (this.started && appeared) this.others.start();
    if (this.started) this.rankColumns();
  }

  /** Stop every poller. Without a token the server refuses every request, so one request in some seconds finds out when that changes. */
  stopPolling(): void {
    for (const { run } of this.page.columns) run.stopCounting();
    this.others.stop();
    for (const { run } of this.page.columns) run.ranking.stop();
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
