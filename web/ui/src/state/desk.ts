/**
 * The whole page: the connection and the server, what the reader has chosen, the columns in order, the panel of the selected one; and
 * what a reader can do. What belongs to one search lies in the run of its column (`run.ts`).
 */
import { changeSettings, onOtherTabChange, sharedSettings, withRecent, type Settings } from "./page/settings";
import { withTerm } from "../query/editQuery";
import { normalizeText } from "../posts/normalizeText";
import { DeletedIds } from "../posts/postStore";
import { type Order } from "../posts/ranking";
import { api, ApiError } from "../wire/api";
import type { Problem, Frame } from "../wire/frame";
import { Connection, type ConnectionState } from "../wire/connection";
import type { SubscriptionHandle } from "../wire/liveSubscription";
import { type Route, QUERY_MAX_LENGTH, readRoute, isQueryTooLong, writeRoute } from "./page/route";
import { Announcer } from "./page/announcer";
import { Column } from "./column";
import { type StatusInputs, isRetryable } from "./status";
import { type Filters, filtersOf } from "./list/postFilter";
import { Insight } from "./insight";
import { LinkState } from "./page/linkState";
import { loadOlder, loadSpan, recheckSpan } from "./historyLoader";
import { afterFirstPaint } from "./page/afterFirstPaint";
import { PanelState } from "./page/panelState";
import type { PauseCause } from "./list/pauseMachine";
import { Run } from "./run";
import { ServerState } from "./page/serverState";
import { type ColumnSpec, specOf } from "./spec";
import { Toasts } from "./page/toasts";
import { newPostsAnnouncement, toastWords } from "../words/deck";
import { tabTitle } from "../words/status";

export type DialogName = "help" | "language" | "coverage" | "saved" | "column" | "sign-in" | null;

/** Name of the first column. */
const FIRST_COLUMN = "a";
/** What else the page asks for waits this long at most for the first posts. */
const FIRST_MS = 400;

export class Desk {
  readonly link = new LinkState();
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  readonly server = new ServerState(() => this.requestRender(), (out) => this.onApiRefusal(out));
  readonly insight = new Insight(() => this.requestRender("wire"), () => this.onApiRefusal(true));
  readonly panel = new PanelState(() => this.settings.panel, (panel) => this.updateSettings({ panel }), () => this.onPanelChange());
  readonly columns: Column[] = [];
  /** Which column the keys, the panel and the address speak of. */
  selected = 0;
  dialog: DialogName = null;
  /** The first posts are drawn: now the rest may be. */
  secondaryStarted = false;
  /** A part of the page could not be loaded: after a deploy its file has another name. */
  outdated = false;
  /** Ids withdrawn at their source: of all columns, and for as long as the page lives. */
  private readonly deletedIds = new DeletedIds();
  /** The first posts are being shown, and what else the page shows is asked for when they are seen. */
  private secondaryScheduled = false;
  private panelWasOpen = false;

  constructor(
    public settings: Settings,
    private readonly connection: Connection,
    /** Ask for a draw: at once for what the reader did, in good time for what came over the wire. */
    private readonly requestRender: (cause?: "reader" | "wire") => void,
    /** The search that was asked for before the page was loaded (`main.tsx`). */
    private earlySubscription: SubscriptionHandle | null = null,
  ) {
    this.columns.push(new Column(specOf(FIRST_COLUMN, readRoute(location.search), settings), (spec) => this.startSearch(spec)));
    this.insight.setTrendWindow(settings.trendWindowMs);
  }

  get column(): Column {
    const column = this.columns[this.selected];
    if (!column) throw new Error("No column is selected.");
    return column;
  }

  start(): void {
    this.change({}, true);
    if (isQueryTooLong(location.search)) this.showToast(toastWords.queryCut(QUERY_MAX_LENGTH));
    this.connection.attach({
      frame: (frame) => this.onPageFrame(frame),
      link: (link, code) => this.onLink(link, code),
    });
    setTimeout(() => this.startSecondary(), FIRST_MS);
    addEventListener("popstate", () => this.applyRoute(readRoute(location.search)));
    addEventListener("vite:preloadError", (event) => {
      event.preventDefault();
      this.outdated = true;
      this.requestRender();
    });
    onOtherTabChange(() => {
      this.settings = sharedSettings(this.settings);
      this.applySettings();
      this.requestRender();
    });
    setInterval(() => this.everySecond(), 1_000);
  }

  /** Ask for all that is not the list, once: charts, words, facts of the server. */
  private startSecondary(): void {
    if (this.secondaryStarted) return;
    this.secondaryStarted = true;
    this.startPolling();
    void this.server.fetchFacts();
    this.requestRender();
  }

  /** Ask for the counts of every column, and for what the panel shows. */
  private startPolling(): void {
    if (!this.secondaryStarted) return;
    for (const column of this.columns) column.run.startCounting();
    this.startPanelPolling();
  }

  private startPanelPolling(): void {
    this.panelWasOpen = this.panel.open;
    this.insight.startPolling(this.column.spec, this.panelWasOpen);
  }

  // -- searches

  /** Search for something else. Written into the history, so that back and forward step through searches. */
  navigate(place: Partial<Route>): void {
    const next = { ...this.column.spec, ...place };
    const address = writeRoute(next, location.pathname);
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    if (next.query !== "*") this.updateSettings({ recent: withRecent(this.settings.recent, next.query) });
    this.applyRoute(place);
  }

  /** Add a term once and run it, or exclude it. Undo is offered for as long as that search is shown. */
  addTerm(term: string, exclude: boolean): void {
    const before = this.column.spec.query;
    const query = withTerm(before, term, exclude);
    if (query === before) return this.showToast(toastWords.alreadyInSearch(term));
    this.navigate({ query });
    const address = location.pathname + location.search;
    const undo = (): void => {
      if (location.pathname + location.search === address) history.back();
      else this.navigate({ query: before });
    };
    this.showToast(exclude ? toastWords.excluded(term) : toastWords.added(term), undo, this.column.run);
  }

  /** Rank by an order; the one that is shown is made anew. */
  setOrder(order: Order): void {
    if (order === this.column.spec.order) this.column.run.setOrder(order);
    else this.change({ order });
    history.replaceState(null, "", writeRoute(this.column.spec, location.pathname));
    this.requestRender();
  }

  private applyRoute(place: Partial<Route>): void {
    this.change(place, this.column.run.problem !== null);
    this.requestRender();
  }

  /** Run the search of the column once more, from nothing. */
  searchAgain(): void {
    this.change({}, true);
    this.requestRender();
  }

  /** Have the column show something else; what belonged to the run it ends goes with it. */
  private change(change: Partial<ColumnSpec>, anew = false): void {
    const { column } = this;
    if (!column.change(change, anew)) return;
    const { query } = column.spec;
    document.title = tabTitle(query);
    this.toasts.clearUnlessOwnedBy(column.run);
    if (this.dialog) column.run.hold("dialog");
    this.startPolling();
  }

  /** Make a run of a search, and begin it. */
  private startSearch(spec: ColumnSpec): Run {
    const run = new Run(spec, this.deletedIds, this.filters(spec), {
      onChange: () => this.requestRender("wire"),
      onTimeline: (timeline) => {
        if (this.column.run === run) this.insight.setSpanFrom(timeline);
      },
      onSignedOut: () => this.onApiRefusal(true),
    });
    const early = this.earlySubscription;
    this.earlySubscription = null;
    const asked = early?.query === spec.query && early.history === spec.depth && !run.isPast;
    if (!asked) early?.close();
    if (run.isPast) void loadSpan(run, () => this.requestRender());
    else run.listenTo(asked ? early : this.connection.subscribe(spec.query, spec.depth), (frame) => this.onRunFrame(run, frame));
    return run;
  }

  private onRunFrame(run: Run, frame: Frame): void {
    if (frame.type === "error" || (frame.type === "history" && frame.done)) run.startCounting();
    if (!this.secondaryStarted && !this.secondaryScheduled && frame.type === "history") {
      this.secondaryScheduled = true;
      afterFirstPaint(() => this.startSecondary());
    }
    this.requestRender("wire");
  }

  /** A closed time that could not be had is asked for again by itself once the server can answer; one that is there is compared. */
  private recoverPastSpan(compare: boolean): void {
    const { run } = this.column;
    if (!run.isPast) return;
    if (isRetryable(run.problem)) this.searchAgain();
    else if (compare && run.loading === "ready") void recheckSpan(run, () => this.requestRender());
  }

  async loadOlder(): Promise<void> {
    await loadOlder(this.column.run, () => this.requestRender());
  }

  // -- the list

  /** The one Live button: pauses, resumes, or returns from the past to now. */
  toggleLive(): void {
    const { run } = this.column;
    if (run.isPast) return this.navigate({ from: null, to: null });
    if (run.state === "live") this.hold("reader");
    else this.resume();
  }

  /** Hold a list still for a cause: that of the selected column, or of the run that a view shows. */
  hold(cause: PauseCause, run = this.column.run): void {
    const was = run.state;
    run.hold(cause);
    if (run.state !== was) this.requestRender();
  }

  release(cause: PauseCause, run = this.column.run): void {
    const was = run.state;
    run.release(cause);
    if (run.state !== was) this.requestRender();
  }

  /** Let the list go on, whatever holds it. */
  resume(): void {
    this.column.run.resume();
    this.requestRender();
  }

  /** Show a page of the ranking, from 0. */
  showRankingPage(page: number, pages: number): void {
    this.column.run.list.setPage(page);
    this.showToast(toastWords.rankingPage(page + 1, pages), null, this.column.run);
  }

  /** Show the posts that the filters hide, or hide them again. */
  showHidden(shown: boolean): void {
    this.column.run.list.setUnfiltered(shown);
    this.requestRender();
  }

  // -- settings, dialogs, messages

  updateSettings(change: Partial<Settings>): void {
    this.settings = changeSettings(this.settings, change);
    this.applySettings();
    this.onPanelChange();
  }

  /** Let the settings work on what is shown. */
  private applySettings(): void {
    const { id } = this.column;
    this.change(specOf(id, this.column.spec, this.settings));
    this.column.run.list.setFilter(this.filters(this.column.spec));
    this.insight.setTrendWindow(this.settings.trendWindowMs);
  }

  private filters({ hide }: ColumnSpec): Filters {
    return filtersOf(hide, this.settings.muted);
  }

  /** Ask for what the panel shows when it has been opened, and for nothing when it has been closed. */
  private onPanelChange(): void {
    if (this.secondaryStarted && this.panel.open !== this.panelWasOpen) this.startPanelPolling();
    this.requestRender();
  }

  /** Open a dialog, or close it. While one is open the list behind it stands still. */
  openDialog(dialog: DialogName): void {
    this.dialog = dialog;
    const { run } = this.column;
    if (dialog) run.hold("dialog");
    else run.release("dialog");
    this.requestRender();
  }

  /** Say something in a few words. `of`: the run it belongs to, with which it goes. */
  showToast(text: string, undo: (() => void) | null = null, of: Run | null = null): void {
    this.toasts.show(text, undo, of);
    this.requestRender();
  }

  undo(): void {
    this.toasts.undo();
    this.requestRender();
  }

  // -- connection and server

  retryConnection(): void {
    this.connection.retryNow();
  }

  /** Return whether there are posts to draw, or something to say instead. */
  hasSomethingToShow(): boolean {
    const { run } = this.column;
    return run.posts.size > 0 || run.loading === "ready" || run.isPast || !["connecting", "open"].includes(this.link.state);
  }

  /** Return all that `status.ts` needs to know. */
  statusInputs(): StatusInputs {
    const { server, link } = this;
    const { run, spec } = this.column;
    return {
      link: link.state, linkSince: link.since, everOpen: link.everOpen, closeCode: link.closeCode,
      serverReconnecting: server.reconnectingSince, outage: server.outage, sources: server.sources,
      indexed: server.stats.indexed ?? null, laggedAt: run.laggedAt, problem: run.problem, problemAt: run.problemAt, ready: run.loading === "ready",
      total: run.timeline?.total ?? null, loadedCount: run.posts.size, begunAt: run.begunAt, from: spec.from, to: spec.to,
      gaps: run.timeline?.gaps ?? [], nextStep: server.facts?.next_step ?? "SOURCE=bluesky make run",
    };
  }

  /** Take what belongs to no search. */
  private onPageFrame(frame: Frame): void {
    if (frame.type === "stats") {
      const away = this.server.outage !== null;
      this.server.applyStats(frame);
      if (away && this.server.outage === null) this.recoverPastSpan(false);
    } else if (frame.type === "gap") for (const { run } of this.columns) run.startCounting();
    else {
      if (frame.type === "deleted") this.deletedIds.add(frame.ids);
      for (const { run } of this.columns) run.applyFrame(frame, performance.now());
    }
    this.requestRender("wire");
  }

  private onLink(link: ConnectionState, code: number): void {
    const first = !this.link.everOpen;
    const wasOut = this.link.state === "signed-out";
    const opened = this.link.setConnection(link, code);
    // While the first posts are on their way there is time for what reading them needs: its patterns take 8 ms to compile.
    if (opened && first) setTimeout(() => normalizeText("a"));
    if (opened) {
      this.link.everOpen = true;
      if (this.secondaryStarted && !first) void this.server.fetchFacts();
      if (wasOut) this.startPolling();
      this.recoverPastSpan(!first);
    }
    if (link === "signed-out") this.stopPolling();
    this.requestRender();
  }

  /** The API asks for an access token, or answers again: the reader signed in in another tab. */
  private onApiRefusal(refused: boolean): void {
    if (!this.link.setApiRefused(refused)) return;
    if (refused) this.stopPolling();
    else {
      this.connection.reopen();
      this.startPolling();
      this.recoverPastSpan(false);
    }
    this.requestRender();
  }

  /** Without a token every answer is a refusal: one question in some seconds is enough to learn when that changes. */
  private stopPolling(): void {
    for (const { run } of this.columns) run.stopCounting();
    this.insight.stopPolling();
    this.server.fetchFactsLater();
  }

  /** Return what is wrong with a search while it is typed, or null. */
  async checkQuery(query: string, signal: AbortSignal): Promise<Problem | null> {
    try {
      await api.explain(query, signal);
      return null;
    } catch (error) {
      if (error instanceof ApiError && error.status === 400) return error.problem;
      return null;
    }
  }

  private everySecond(): void {
    const now = Date.now();
    this.toasts.tick(now);
    const { run } = this.column;
    const grown = run.arrivals.total - run.announced;
    if (grown > 0 && run.loading === "ready") {
      this.announcer.announce(newPostsAnnouncement(grown, run.timeline?.total ?? null));
    }
    if (this.announcer.tick(now, this.settings.announce)) run.announced = run.arrivals.total;
    this.requestRender("wire");
  }
}
