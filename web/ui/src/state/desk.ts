/**
 * The whole page: the connection and the server, what the reader has chosen, the columns in order, the panel of the selected one; and
 * what a reader can do. What belongs to one search lies in the run of its column (`run.ts`).
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
import { SearchRuns } from "./searchRuns";
import { ServerState } from "./page/serverState";
import { type ColumnSpec, specOf } from "./spec";
import { Toasts } from "./page/toasts";
import * as deckWords from "../words/deck";
import { newPostsAnnouncement } from "../words/deck";
import { tabTitle } from "../words/status";

export type DialogName = "help" | "language" | "coverage" | "saved" | "column" | "sign-in" | null;

/** Name of the first column. */
const FIRST_COLUMN = "a";

export class Desk {
  readonly link = new LinkState();
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  readonly server = new ServerState(() => this.requestRender(), (out) => this.recovery.onApiRefusal(out));
  readonly insight = new Insight(() => this.requestRender("wire"), () => this.recovery.onApiRefusal(true));
  readonly panel = new PanelState(() => this.settings.panel, (panel) => this.updateSettings({ panel }), () => {
    this.polling.panelChanged();
    this.requestRender();
  });
  readonly columns: Column[] = [];
  readonly list = new ListActions(this, () => this.requestRender());
  readonly polling = new PagePolling(this, () => this.requestRender());
  /** Which column the keys, the panel and the address speak of. */
  selected = 0;
  dialog: DialogName = null;
  /** A part of the page could not be loaded: after a deploy its file has another name. */
  outdated = false;
  /** Ids withdrawn at their source: of all columns, and for as long as the page lives. */
  private readonly deletedIds = new DeletedIds();
  private readonly runs: SearchRuns;
  private readonly recovery: ConnectionRecovery;

  constructor(
    public settings: Settings,
    private readonly connection: Connection,
    /** Ask for a draw: at once for what the reader did, in good time for what came over the wire. */
    private readonly requestRender: (cause?: "reader" | "wire") => void,
    /** The search that was asked for before the page was loaded (`main.tsx`). */
    earlySubscription: SubscriptionHandle | null = null,
  ) {
    this.runs = new SearchRuns(connection, this.deletedIds, earlySubscription);
    this.recovery = new ConnectionRecovery(this, connection, () => this.requestRender());
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
    if (query === before) return this.showToast(deckWords.toastAlreadyInSearch(term));
    this.navigate({ query });
    const address = location.pathname + location.search;
    const undo = (): void => {
      if (location.pathname + location.search === address) history.back();
      else this.navigate({ query: before });
    };
    this.showToast(exclude ? deckWords.toastExcluded(term) : deckWords.toastAdded(term), undo, this.column.run);
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

  /** Take what belongs to no search. */
  private onPageFrame(frame: Frame): void {
    if (frame.type === "stats") {
      const away = this.server.outage !== null;
      this.server.applyStats(frame);
      if (away && this.server.outage === null) this.recovery.recoverPastSpan(false);
    } else if (frame.type === "gap") for (const { run } of this.columns) run.startCounting();
    else {
      if (frame.type === "deleted") this.deletedIds.add(frame.ids);
      for (const { run } of this.columns) run.applyFrame(frame, performance.now());
    }
    this.requestRender("wire");
  }

  private everySecond(): void {
    const now = Date.now();
    this.toasts.tick(now);
    const { run } = this.column;
    const grown = run.arrivals.total - run.announced;
    if (grown > 0 && run.loading === "ready") {
      this.announcer.announce(newPostsAnnouncement(grown, run.counts.timeline?.total ?? null));
    }
    if (this.announcer.tick(now, this.settings.announce)) run.announced = run.arrivals.total;
    this.requestRender("wire");
  }
}
