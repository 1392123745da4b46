/**
 * Desk: the root of the page's state, with the actions of a reader. It owns the connection's state, the server's state, the settings, the
 * columns in order, the panel, dialogs and toasts; it keeps the address and the browser's history equal to the search, delivers the frames
 * of the whole page (statistics, gaps, deletions), and requests renders. State that belongs to one search is in the run of its column
 * (`run.ts`).
 */
import { changeSettings, onOtherTabChange, sharedSettings, withRecent, type Settings } from "./page/settings";
import { withTerm } from "../query/editQuery";
import { DeletedIds } from "../posts/postStore";
import { type Order } from "../posts/ranking";
import type { Frame } from "../wire/frame";
import { type Connection } from "../wire/connection";
import type { SubscriptionHandle } from "../wire/liveSubscription";
import { type Route, QUERY_MAX_LENGTH, readRoute, isQueryTooLong, writeRoute } from "./page/route";
import { Announcer } from "./page/announcer";
import { Column } from "./column";
import { type Filters, filtersOf } from "./list/postFilter";
import { ConnectionRecovery } from "./connectionRecovery";
import { Insight } from "./insight";
import { LinkState } from "./page/linkState";
import { ListActions } from "./listActions";
import { PanelState } from "./page/panelState";
import { PagePolling } from "./pagePolling";
import type { Run } from "./run";
import { RunStarter } from "./runStarter";
import { ServerState } from "./page/serverState";
import { type ColumnSpec, specOf } from "./columnSpec";
import { Toasts } from "./page/toasts";
import { deckWords, statusWords } from "../words";

export type DialogName = "help" | "language" | "coverage" | "saved" | "column" | "sign-in" | null;

/** Id of the first column. */
const FIRST_COLUMN_ID = "a";

export class Desk {
  readonly link = new LinkState();
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  readonly server = new ServerState(() => this.requestRender(), (refused) => this.recovery.onApiRefusal(refused));
  readonly insight = new Insight(() => this.requestRender("wire"), () => this.recovery.onApiRefusal(true));
  readonly panel = new PanelState(() => this.settings.panel, (panel) => this.updateSettings({ panel }), () => {
    this.polling.panelChanged();
    this.requestRender();
  });
  readonly columns: Column[] = [];
  readonly list = new ListActions(this, () => this.requestRender());
  readonly polling = new PagePolling(this, () => this.requestRender());
  /** Index of the column to which the keys, the panel and the address belong. */
  selected = 0;
  dialog: DialogName = null;
  /** Whether a part of the page failed to load, as after a deploy that renamed its file. */
  outdated = false;
  /** Tombstones of posts that were deleted at their source. All columns share them for the life of the page. */
  private readonly deletedIds = new DeletedIds();
  private readonly runs: RunStarter;
  private readonly recovery: ConnectionRecovery;

  constructor(
    public settings: Settings,
    private readonly connection: Connection,
    /** Requests a render: at once after an action of the reader, later after frames of the server. */
    private readonly requestRender: (cause?: "reader" | "wire") => void,
    /** Subscription that `main.tsx` opened before the page was loaded. */
    earlySubscription: SubscriptionHandle | null = null,
  ) {
    this.runs = new RunStarter(connection, this.deletedIds, earlySubscription);
    this.recovery = new ConnectionRecovery(this, connection, () => this.requestRender());
    this.columns.push(new Column(specOf(FIRST_COLUMN_ID, readRoute(location.search), settings), (spec) => this.startSearch(spec)));
    this.insight.setTrendWindow(settings.trendWindowMs);
  }

  get column(): Column {
    const column = this.columns[this.selected];
    if (!column) throw new Error("No column is selected.");
    return column;
  }

  /** Start the search of the address, the timers and the listeners. */
  start(): void {
    this.change({}, true);
    if (isQueryTooLong(location.search)) this.showToast(deckWords.toastQueryCut(QUERY_MAX_LENGTH));
    this.connection.attach({
      frame: (frame) => this.onPageFrame(frame),
      link: (link, code) => this.recovery.onLink(link, code),
    });
    this.polling.schedule();
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

  // -- searches

  /** Show another search, order or time. Each adds an entry to the browser's history, so that back and forward step through searches. */
  navigate(route: Partial<Route>): void {
    const next = { ...this.column.spec, ...route };
    const address = writeRoute(next, location.pathname);
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    if (next.query !== "*") this.updateSettings({ recent: withRecent(this.settings.recent, next.query) });
    this.applyRoute(route);
  }

  /** Add a term to the search, or exclude the term, and show that search. The toast offers undo while the search is shown. */
  addTerm(term: string, exclude: boolean): void {
    const before = this.column.spec.query;
    const query = withTerm(before, term, exclude);
    if (query === before) return this.showToast(deckWords.toastAlreadyInSearch(term));
    this.navigate({ query });
    const address = location.pathname + location.search;
    const undo = (): void => {
      if (location.pathname + location.search === address) history.back();
      else this.navigate({ query: before });
    };
    this.showToast(exclude ? deckWords.toastExcluded(term) : deckWords.toastAdded(term), undo, this.column.run);
  }

  /** Set the order of the column. The current order is computed anew. */
  setOrder(order: Order): void {
    if (order === this.column.spec.order) this.column.run.setOrder(order);
    else this.change({ order });
    history.replaceState(null, "", writeRoute(this.column.spec, location.pathname));
    this.requestRender();
  }

  private applyRoute(route: Partial<Route>): void {
    this.change(route, this.column.run.problem !== null);
    this.requestRender();
  }

  /** Run the search of the column again, with a new run. */
  searchAgain(): void {
    this.change({}, true);
    this.requestRender();
  }

  /** Change the spec of the column. If a new run starts, the state of the former run goes with that run. */
  private change(change: Partial<ColumnSpec>, restart = false): void {
    const { column } = this;
    if (!column.change(change, restart)) return;
    const { query } = column.spec;
    document.title = statusWords.tabTitle(query);
    this.toasts.clearUnlessOwnedBy(column.run);
    if (this.dialog) column.run.hold("dialog");
    this.polling.startPolling();
  }

  private startSearch(spec: ColumnSpec): Run {
    return this.runs.start(spec, this.filters(spec), (run) => ({
      onChange: () => this.requestRender("wire"),
      onTimeline: (timeline) => {
        if (this.column.run === run) this.insight.setSpanFrom(timeline);
      },
      onSignedOut: () => this.recovery.onApiRefusal(true),
    }), (run, frame) => this.onRunFrame(run, frame));
  }

  private onRunFrame(run: Run, frame: Frame): void {
    if (frame.type === "error" || (frame.type === "history" && frame.done)) run.startCounting();
    if (frame.type === "history") this.polling.firstPostsArrived();
    this.requestRender("wire");
  }

  // -- settings, dialogs, messages

  updateSettings(change: Partial<Settings>): void {
    this.settings = changeSettings(this.settings, change);
    this.applySettings();
    this.polling.panelChanged();
    this.requestRender();
  }

  /** Apply the settings to the column and to the panel. */
  private applySettings(): void {
    const { id } = this.column;
    this.change(specOf(id, this.column.spec, this.settings));
    this.column.run.list.setFilter(this.filters(this.column.spec));
    this.insight.setTrendWindow(this.settings.trendWindowMs);
  }

  private filters({ hide }: ColumnSpec): Filters {
    return filtersOf(hide, this.settings.muted);
  }

  /** Draw the page in the language that is shown now. */
  languageChanged(): void {
    document.title = statusWords.tabTitle(this.column.spec.query);
    this.requestRender();
  }

  /** Open a dialog, or close it with null. The list behind an open dialog is paused. */
  openDialog(dialog: DialogName): void {
    this.dialog = dialog;
    const { run } = this.column;
    if (dialog) run.hold("dialog");
    else run.release("dialog");
    this.requestRender();
  }

  /** Show a toast. `owner`: the run with which the toast disappears; null for a toast of the whole page. */
  showToast(text: string, undo: (() => void) | null = null, owner: Run | null = null): void {
    this.toasts.show(text, undo, owner);
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

  /** Return whether the page has posts to show, or a reason why there are none. The first render waits for it. */
  hasSomethingToShow(): boolean {
    const { run } = this.column;
    return run.posts.size > 0 || run.isLoaded || run.isPast || !["connecting", "open"].includes(this.link.state);
  }

  /** Handle a frame that belongs to the whole page: statistics, gaps and deletions. */
  private onPageFrame(frame: Frame): void {
    if (frame.type === "stats") {
      const hadOutage = this.server.outage !== null;
      this.server.applyStats(frame);
      if (hadOutage && this.server.outage === null) this.recovery.recoverPastSpan(false);
    } else if (frame.type === "gap") for (const { run } of this.columns) run.startCounting();
    else {
      if (frame.type === "deleted") this.deletedIds.add(frame.ids, frame.versions);
      for (const { run } of this.columns) run.applyFrame(frame, performance.now());
    }
    this.requestRender("wire");
  }

  private everySecond(): void {
    const now = Date.now();
    this.toasts.tick(now);
    const { run } = this.column;
    const arrived = run.arrivals.total - run.announced;
    if (arrived > 0 && run.isLoaded) {
      this.announcer.announce(deckWords.newPostsAnnouncement(arrived, run.counts.timeline?.total ?? null));
    }
    if (this.announcer.tick(now, this.settings.announce)) run.announced = run.arrivals.total;
    this.requestRender("wire");
  }
}
