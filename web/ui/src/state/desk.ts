/**
 * Desk: the root of the page's state, with the actions of a reader. It owns the connection's state, the server's state, the settings, the
 * deck of columns (`deck/deckActions.ts`), the panel, dialogs and toasts; it changes what a column searches for, delivers the frames of the
 * whole page (statistics, gaps, deletions), and requests renders. State that belongs to one search is in the run of its column (`run.ts`).
 */
import { applyZone, changeSettings, sharedSettings, withRecent, type Settings } from "./page/settings";
import { type Order } from "../posts/ranking";
import type { Frame } from "../wire/frame";
import { type Connection } from "../wire/connection";
import type { SubscriptionHandle } from "../wire/liveSubscription";
import { type Route, QUERY_MAX_LENGTH } from "./page/route";
import { Announcer } from "./page/announcer";
import { Column } from "./column";
import { type Filters, filtersOf } from "./list/postFilter";
import { ConnectionRecovery } from "./connectionRecovery";
import { BrowserAlertOutput } from "./columns/alertOutput";
import { Alerts } from "./columns/alerts";
import { DeckActions } from "./deck/deckActions";
import { DeckKeeper } from "./deck/saved/deckKeeper";
import { keptPageOf } from "./deck/saved/keptPage";
import type { OpenedDeck } from "./deck/saved/openDeck";
import { isQueryTooLong } from "./deck/deckAddress";
import { Insight } from "./insight";
import { LinkState } from "./page/linkState";
import { ListActions } from "./listActions";
import { PostDesk } from "./menus/postDesk";
import { hasRoomForPanel, PanelState } from "./page/panelState";
import { PagePolling } from "./pagePolling";
import type { Run } from "./run";
import { RunStarter } from "./runStarter";
import { DeckReading } from "./read/deckReading";
import { ServerState } from "./page/serverState";
import { type ColumnSpec, followDefaults } from "./columnSpec";
import { Toasts } from "./page/toasts";
import { listenToWindow } from "./page/windowEvents";
import { addTermTo } from "./columns/addTermTo";
import { announceArrivals } from "./columns/announceArrivals";
import { deckWords } from "../words";

export type DialogName = "help" | "language" | "coverage" | "saved" | "column" | "decks" | "deck-conflict" | "why" | "sign-in" | "palette" | null;

/** Columns from which the panel is closed by default where the window is too narrow for both. */
const MANY_COLUMNS = 3;

export class Desk {
  readonly link = new LinkState();
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  readonly server = new ServerState(() => this.requestRender(), (refused) => this.recovery.onApiRefusal(refused));
  readonly insight = new Insight(() => this.requestRender("wire"), () => this.recovery.onApiRefusal(true));
  readonly panel = new PanelState(() => this.settings[this.panelSetting], (open) => this.updateSettings({ [this.panelSetting]: open }), () => {
    this.polling.panelChanged();
    this.requestRender();
  });
  readonly deck: DeckActions;
  /** The deck as it is stored, with its pins and read markers. */
  readonly keeper: DeckKeeper;
  readonly reading = new DeckReading(this, () => this.requestRender());
  readonly list = new ListActions(this, () => this.requestRender());
  readonly posts = new PostDesk(this, () => this.requestRender());
  readonly polling = new PagePolling(this, () => this.requestRender());
  readonly alerts = new Alerts(new BrowserAlertOutput((column) => this.deck.select(column)), (column) => this.polling.isSeen(column));
  dialog: DialogName = null;
  /** Whether a part of the page failed to load, as after a deploy that renamed its file. */
  outdated = false;
  /** Number of renders that actions of the reader requested. Every visible column is drawn for them. */
  actions = 0;
  private readonly runs: RunStarter;
  private readonly recovery: ConnectionRecovery;

  constructor(
    public settings: Settings,
    private readonly connection: Connection,
    /** Requests a render: at once after an action of the reader, later after frames of the server. */
    private readonly draw: (cause: "reader" | "wire") => void,
    /** Subscriptions that `main.tsx` opened before the page was loaded. */
    earlySubscriptions: readonly SubscriptionHandle[] = [],
    private readonly opened: OpenedDeck | null = null,
  ) {
    this.runs = new RunStarter(connection, this.posts.deletedIds, earlySubscriptions);
    this.recovery = new ConnectionRecovery(this, connection, () => this.requestRender());
    this.keeper = new DeckKeeper(keptPageOf(this, connection), () => this.requestRender());
    this.deck = new DeckActions(this, (spec) => new Column(spec, (next) => this.startSearch(next)), () => this.requestRender());
    this.insight.setTrendWindow(settings.trendWindowMs);
  }

  /** The selected column: keys, panel, search box and status belong to it. */
  get column(): Column {
    return this.deck.selected;
  }

  get columns(): readonly Column[] {
    return this.deck.columns;
  }

  private get panelSetting(): "panel" | "panelBesideMany" {
    return this.columns.length < MANY_COLUMNS || hasRoomForPanel(this.columns, innerWidth) ? "panel" : "panelBesideMany";
  }

  /** Start the searches of the address, the timers and the listeners. */
  start(): void {
    for (const column of this.columns) this.change(column, {}, true);
    this.runs.closeEarly();
    if (isQueryTooLong(location.search)) this.showToast(deckWords.toastQueryCut(QUERY_MAX_LENGTH));
    this.connection.attach({
      frame: (frame) => this.onPageFrame(frame),
      link: (link, code) => this.recovery.onLink(link, code),
    });
    this.keeper.start(this.opened);
    this.reading.start();
    this.polling.schedule();
    listenToWindow({
      stepped: () => this.keeper.onPop(() => this.deck.showPlace()),
      partFailed: () => {
        this.outdated = true;
        this.requestRender();
      },
      settingsStored: () => {
        this.applySettings(sharedSettings(this.settings));
        this.requestRender();
      },
    });
    setInterval(() => this.everySecond(), 1_000);
  }

  private requestRender(cause: "reader" | "wire" = "reader"): void {
    if (cause === "reader") this.actions++;
    this.draw(cause);
  }

  // -- searches

  /** Show another search, order or time. Each adds an entry to the browser's history, so that back and forward step through searches. */
  navigate(route: Partial<Route>, column = this.column): void {
    const next = { ...column.spec, ...route };
    this.deck.pushHistory(this.columns.map((one) => (one === column ? next : one.spec)));
    if (next.query !== "*") this.updateSettings({ recent: withRecent(this.settings.recent, next.query) });
    this.change(column, route, column.run.problem !== null);
    this.requestRender();
  }

  addTerm(term: string, exclude: boolean, column = this.column): void {
    addTermTo(column, term, exclude, this);
  }

  /** Set the order of a column. The current order is computed anew. */
  setOrder(order: Order, column = this.column): void {
    if (order === column.spec.order) column.run.setOrder(order);
    else this.change(column, { order });
    this.deck.replaceHistory();
    this.requestRender();
  }

  /** Run the search of a column again, with a new run. */
  searchAgain(column = this.column): void {
    this.change(column, {}, true);
    this.requestRender();
  }

  /** Change the spec of a column. If a new run starts, the state of the former run goes with that run. */
  change(column: Column, change: Partial<ColumnSpec>, restart = false): void {
    const former = column.hasRun ? column.run : null;
    if (column.change(change, restart)) {
      if (former) this.toasts.clearOwnedBy(former);
      if (this.dialog) column.run.hold("dialog");
      if (column === this.column) this.selectionChanged();
      else this.polling.startCounting(column);
    } else column.run.list.setFilter(this.filters(column.spec));
    if (column.spec.collapsed) column.run.hold("collapsed");
    else column.run.release("collapsed");
    this.reading.showTitle();
  }

  /** Show another column, or another search of the selected one, in the panel and in the title of the browser's tab. */
  selectionChanged(): void {
    this.polling.selectionChanged();
    this.reading.showTitle();
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
    const column = this.columns.find((one) => one.run === run);
    if (column && (frame.type === "error" || (frame.type === "history" && frame.done))) this.polling.startCounting(column);
    if (frame.type === "history") this.polling.firstPostsArrived();
    if (column) this.reading.onRunFrame(column, frame);
    if (column && frame.type === "posts") this.alerts.arrived(column, run.arrivedIds, Date.now());
    this.requestRender("wire");
  }

  // -- settings, dialogs, messages

  updateSettings(change: Partial<Settings>): void {
    this.applySettings(changeSettings(this.settings, change));
    this.polling.panelChanged();
    this.requestRender();
  }

  /** Apply settings to the columns, which follow their defaults, and to the panel. */
  private applySettings(settings: Settings): void {
    const before = this.settings;
    this.settings = settings;
    applyZone(settings);
    if (before.times !== settings.times) this.polling.startPolling();
    for (const column of this.columns) this.change(column, followDefaults(column.spec, before, settings));
    this.insight.setTrendWindow(settings.trendWindowMs);
  }

  private filters({ hide, mutes }: ColumnSpec): Filters {
    return filtersOf(hide, this.settings.muted, mutes);
  }

  /** Draw the page in the language that is shown now. */
  languageChanged(): void {
    this.reading.showTitle();
    this.requestRender();
  }

  /** Open a dialog, or close it with null. The lists behind an open dialog are paused. */
  openDialog(dialog: DialogName): void {
    if (this.dialog === "deck-conflict" && dialog !== "deck-conflict") this.keeper.postpone();
    this.dialog = dialog;
    for (const { run } of this.columns) {
      if (dialog) run.hold("dialog");
      else run.release("dialog");
    }
    this.requestRender();
  }

  /** Show a toast. `owner`: the run with which the toast disappears; null for a toast of the whole page. */
  showToast(text: string, undo: (() => void) | null = null, owner: Run | null = null): void {
    this.toasts.show(text, undo, owner);
    this.requestRender();
  }

  /** Undo what the toast offers to undo; without a toast, bring the column back that was removed last. */
  undo(): void {
    if (this.toasts.current?.undo) {
      this.announcer.say(deckWords.actUndone);
      this.toasts.undo();
    } else this.deck.restore();
    this.requestRender();
  }

  // -- connection and server

  retryConnection(): void {
    this.connection.retryNow();
  }

  /** Handle a frame that belongs to the whole page: statistics, gaps and deletions. */
  private onPageFrame(frame: Frame): void {
    this.keeper.onFrame(frame);
    if (frame.type === "stats") {
      const hadOutage = this.server.outage !== null;
      this.server.applyStats(frame);
      if (hadOutage && this.server.outage === null) this.recovery.recoverPastSpans(false);
    } else if (frame.type === "gap") for (const column of this.columns) this.polling.startCounting(column);
    else if (frame.type !== "deck") {
      if (frame.type === "deleted") this.posts.onDeleted(frame);
      for (const { run } of this.columns) run.applyFrame(frame, performance.now());
    }
    this.requestRender("wire");
  }

  private everySecond(): void {
    const now = Date.now();
    this.toasts.tick(now);
    this.alerts.tick(this.columns, now);
    this.reading.tick();
    announceArrivals(this.announcer, this.columns, now, this.settings.announce);
    this.requestRender("wire");
  }
}
