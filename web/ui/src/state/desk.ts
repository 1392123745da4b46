/**
 * The whole page: the connection and the server, what the reader has chosen, the columns in order, the panel of the selected one; and
 * what a reader can do. What belongs to one search lies in the run of its column (`run.ts`).
 */
import { changeSettings, onShared, sharedSettings, withRecent, type Settings } from "./page/settings";
import { withTerm } from "../query/editQuery";
import { plainOf } from "../posts/normalizeText";
import { Withdrawn } from "../posts/postStore";
import { type Order } from "../posts/ranking";
import { isolated } from "../text/bidiIsolate";
import { counted, grouped } from "../text/formatNumber";
import { api, ApiError } from "../wire/api";
import type { Fault, Frame } from "../wire/frame";
import { Connection, type Link } from "../wire/connection";
import type { Watching } from "../wire/liveSubscription";
import { type Place, QUERY_MOST, readAddress, tooLong, writeAddress } from "./page/route";
import { Announcer } from "./page/announcer";
import { Column } from "./column";
import { type Known, mayPass } from "./status";
import { type Filters, filtersOf } from "./list/postFilter";
import { Insight } from "./insight";
import { Line } from "./page/linkState";
import { loadOlder, loadSpan, recheckSpan } from "./historyLoader";
import { afterPaint } from "./page/afterFirstPaint";
import { PanelState } from "./page/panelState";
import type { Cause } from "./list/pauseMachine";
import { Run } from "./run";
import { Server } from "./page/serverState";
import { type ColumnSpec, specOf } from "./spec";
import { Toasts } from "./page/toasts";

export type Dialog = "help" | "language" | "coverage" | "saved" | "column" | "sign-in" | null;

/** Name of the first column. */
const FIRST_COLUMN = "a";
/** What else the page asks for waits this long at most for the first posts. */
const FIRST_MS = 400;

export class Desk {
  readonly line = new Line();
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  readonly server = new Server(() => this.touch(), (out) => this.apiRefuses(out));
  readonly insight = new Insight(() => this.touch("wire"), () => this.apiRefuses(true));
  readonly panel = new PanelState(() => this.settings.panel, (panel) => this.set({ panel }), () => this.panelMoved());
  readonly columns: Column[] = [];
  /** Which column the keys, the panel and the address speak of. */
  selected = 0;
  dialog: Dialog = null;
  /** The first posts are drawn: now the rest may be. */
  begun = false;
  /** A part of the page could not be loaded: after a deploy its file has another name. */
  outdated = false;
  /** Ids withdrawn at their source: of all columns, and for as long as the page lives. */
  private readonly withdrawn = new Withdrawn();
  /** The first posts are being shown, and what else the page shows is asked for when they are seen. */
  private beginning = false;
  private wasOpen = false;

  constructor(
    public settings: Settings,
    private readonly connection: Connection,
    /** Ask for a draw: at once for what the reader did, in good time for what came over the wire. */
    private readonly touch: (cause?: "reader" | "wire") => void,
    /** The search that was asked for before the page was loaded (`main.tsx`). */
    private early: Watching | null = null,
  ) {
    this.columns.push(new Column(specOf(FIRST_COLUMN, readAddress(location.search), settings), (spec) => this.run(spec)));
    this.insight.over(settings.trendWindowMs);
  }

  get column(): Column {
    const column = this.columns[this.selected];
    if (!column) throw new Error("No column is selected.");
    return column;
  }

  start(): void {
    this.change({}, true);
    if (tooLong(location.search)) this.say(`The search in the address is longer than ${grouped(QUERY_MOST)} characters. Only its beginning is used.`);
    this.connection.attach({
      frame: (frame) => this.take(frame),
      link: (link, code) => this.linked(link, code),
    });
    setTimeout(() => this.begin(), FIRST_MS);
    addEventListener("popstate", () => this.show(readAddress(location.search)));
    addEventListener("vite:preloadError", (event) => {
      event.preventDefault();
      this.outdated = true;
      this.touch();
    });
    onShared(() => {
      this.settings = sharedSettings(this.settings);
      this.apply();
      this.touch();
    });
    setInterval(() => this.second(), 1_000);
  }

  /** Ask for all that is not the list, once: charts, words, facts of the server. */
  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.look();
    void this.server.learn();
    this.touch();
  }

  /** Ask for the counts of every column, and for what the panel shows. */
  private look(): void {
    if (!this.begun) return;
    for (const column of this.columns) column.run.count();
    this.lookAtPanel();
  }

  private lookAtPanel(): void {
    this.wasOpen = this.panel.open;
    this.insight.look(this.column.spec, this.wasOpen);
  }

  // -- searches

  /** Search for something else. Written into the history, so that back and forward step through searches. */
  go(place: Partial<Place>): void {
    const next = { ...this.column.spec, ...place };
    const address = writeAddress(next, location.pathname);
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    if (next.query !== "*") this.set({ recent: withRecent(this.settings.recent, next.query) });
    this.show(place);
  }

  /** Add a term once and run it, or exclude it. Undo is offered for as long as that search is shown. */
  add(term: string, exclude: boolean): void {
    const before = this.column.spec.query;
    const query = withTerm(before, term, exclude);
    const name = isolated(term);
    if (query === before) return this.say(`${name} is already in the search`);
    this.go({ query });
    const address = location.pathname + location.search;
    const undo = (): void => {
      if (location.pathname + location.search === address) history.back();
      else this.go({ query: before });
    };
    this.say(exclude ? `Excluded ${name}` : `Added ${name}`, undo, this.column.run);
  }

  /** Rank by an order; the one that is shown is made anew. */
  setOrder(order: Order): void {
    if (order === this.column.spec.order) this.column.run.setOrder(order);
    else this.change({ order });
    history.replaceState(null, "", writeAddress(this.column.spec, location.pathname));
    this.touch();
  }

  private show(place: Partial<Place>): void {
    this.change(place, this.column.run.fault !== null);
    this.touch();
  }

  /** Run the search of the column once more, from nothing. */
  again(): void {
    this.change({}, true);
    this.touch();
  }

  /** Have the column show something else; what belonged to the run it ends goes with it. */
  private change(change: Partial<ColumnSpec>, anew = false): void {
    const { column } = this;
    if (!column.change(change, anew)) return;
    const { query } = column.spec;
    document.title = query === "*" ? "Murmuration" : `${isolated(query)} · Murmuration`;
    this.toasts.shows(column.run);
    if (this.dialog) column.run.hold("dialog");
    this.look();
  }

  /** Make a run of a search, and begin it. */
  private run(spec: ColumnSpec): Run {
    const run = new Run(spec, this.withdrawn, this.filters(spec), {
      changed: () => this.touch("wire"),
      counted: (timeline) => {
        if (this.column.run === run) this.insight.spans(timeline);
      },
      locked: () => this.apiRefuses(true),
    });
    const early = this.early;
    this.early = null;
    const asked = early?.query === spec.query && early.history === spec.depth && !run.past;
    if (!asked) early?.close();
    if (run.past) void loadSpan(run, () => this.touch());
    else run.watch(asked ? early : this.connection.subscribe(spec.query, spec.depth), (frame) => this.took(run, frame));
    return run;
  }

  private took(run: Run, frame: Frame): void {
    if (frame.type === "error" || (frame.type === "history" && frame.done)) run.count();
    if (!this.begun && !this.beginning && frame.type === "history") {
      this.beginning = true;
      afterPaint(() => this.begin());
    }
    this.touch("wire");
  }

  /** A closed time that could not be had is asked for again by itself once the server can answer; one that is there is compared. */
  private recover(compare: boolean): void {
    const { run } = this.column;
    if (!run.past) return;
    if (mayPass(run.fault)) this.again();
    else if (compare && run.loading === "ready") void recheckSpan(run, () => this.touch());
  }

  async older(): Promise<void> {
    await loadOlder(this.column.run, () => this.touch());
  }

  // -- the list

  /** The one Live button: pauses, resumes, or returns from the past to now. */
  toggleLive(): void {
    const { run } = this.column;
    if (run.past) return this.go({ from: null, to: null });
    if (run.state === "live") this.hold("reader");
    else this.resume();
  }

  /** Hold a list still for a cause: that of the selected column, or of the run that a view shows. */
  hold(cause: Cause, run = this.column.run): void {
    const was = run.state;
    run.hold(cause);
    if (run.state !== was) this.touch();
  }

  release(cause: Cause, run = this.column.run): void {
    const was = run.state;
    run.release(cause);
    if (run.state !== was) this.touch();
  }

  /** Let the list go on, whatever holds it. */
  resume(): void {
    this.column.run.resume();
    this.touch();
  }

  /** Show a page of the ranking, from 0. */
  turn(page: number, pages: number): void {
    this.column.run.list.turn(page);
    this.say(`Page ${page + 1} of ${pages}`, null, this.column.run);
  }

  /** Show the posts that the filters hide, or hide them again. */
  showHidden(shown: boolean): void {
    this.column.run.list.setUnfiltered(shown);
    this.touch();
  }

  // -- settings, dialogs, messages

  set(change: Partial<Settings>): void {
    this.settings = changeSettings(this.settings, change);
    this.apply();
    this.panelMoved();
  }

  /** Let the settings work on what is shown. */
  private apply(): void {
    const { id } = this.column;
    this.change(specOf(id, this.column.spec, this.settings));
    this.column.run.list.setFilter(this.filters(this.column.spec));
    this.insight.over(this.settings.trendWindowMs);
  }

  private filters({ hide }: ColumnSpec): Filters {
    return filtersOf(hide, this.settings.muted);
  }

  /** Ask for what the panel shows when it has been opened, and for nothing when it has been closed. */
  private panelMoved(): void {
    if (this.begun && this.panel.open !== this.wasOpen) this.lookAtPanel();
    this.touch();
  }

  /** Open a dialog, or close it. While one is open the list behind it stands still. */
  open(dialog: Dialog): void {
    this.dialog = dialog;
    const { run } = this.column;
    if (dialog) run.hold("dialog");
    else run.release("dialog");
    this.touch();
  }

  /** Say something in a few words. `of`: the run it belongs to, with which it goes. */
  say(text: string, undo: (() => void) | null = null, of: Run | null = null): void {
    this.toasts.say(text, undo, of);
    this.touch();
  }

  undo(): void {
    this.toasts.undo();
    this.touch();
  }

  // -- connection and server

  retry(): void {
    this.connection.now();
  }

  /** Return whether there are posts to draw, or something to say instead. */
  worthALook(): boolean {
    const { run } = this.column;
    return run.holding.size > 0 || run.loading === "ready" || run.past || !["connecting", "open"].includes(this.line.link);
  }

  /** Return all that `status.ts` needs to know. */
  known(): Known {
    const { server, line } = this;
    const { run, spec } = this.column;
    return {
      link: line.link, linkSince: line.since, everOpen: line.everOpen, closeCode: line.closeCode,
      serverReconnecting: server.reconnecting, outage: server.outage, sources: server.sources,
      indexed: server.stats.indexed ?? null, laggedAt: run.laggedAt, fault: run.fault, faultAt: run.faultAt, ready: run.loading === "ready",
      total: run.timeline?.total ?? null, held: run.holding.size, begunAt: run.begunAt, from: spec.from, to: spec.to,
      gaps: run.timeline?.gaps ?? [], nextStep: server.facts?.next_step ?? "SOURCE=bluesky make run",
    };
  }

  /** Take what belongs to no search. */
  private take(frame: Frame): void {
    if (frame.type === "stats") {
      const away = this.server.outage !== null;
      this.server.take(frame);
      if (away && this.server.outage === null) this.recover(false);
    } else if (frame.type === "gap") for (const { run } of this.columns) run.count();
    else {
      if (frame.type === "deleted") this.withdrawn.add(frame.ids);
      for (const { run } of this.columns) run.take(frame, performance.now());
    }
    this.touch("wire");
  }

  private linked(link: Link, code: number): void {
    const first = !this.line.everOpen;
    const wasOut = this.line.link === "signed-out";
    const opened = this.line.take(link, code);
    // While the first posts are on their way there is time for what reading them needs: its patterns take 8 ms to compile.
    if (opened && first) setTimeout(() => plainOf("a"));
    if (opened) {
      this.line.everOpen = true;
      if (this.begun && !first) void this.server.learn();
      if (wasOut) this.look();
      this.recover(!first);
    }
    if (link === "signed-out") this.hush();
    this.touch();
  }

  /** The API asks for an access token, or answers again: the reader signed in in another tab. */
  private apiRefuses(refused: boolean): void {
    if (!this.line.api(refused)) return;
    if (refused) this.hush();
    else {
      this.connection.again();
      this.look();
      this.recover(false);
    }
    this.touch();
  }

  /** Without a token every answer is a refusal: one question in some seconds is enough to learn when that changes. */
  private hush(): void {
    for (const { run } of this.columns) run.stopCounting();
    this.insight.stop();
    this.server.learnLater();
  }

  /** Return what is wrong with a search while it is typed, or null. */
  async check(query: string, signal: AbortSignal): Promise<Fault | null> {
    try {
      await api.explain(query, signal);
      return null;
    } catch (error) {
      if (error instanceof ApiError && error.status === 400) return error.fault;
      return null;
    }
  }

  private second(): void {
    const now = Date.now();
    this.toasts.tick(now);
    const { run } = this.column;
    const grown = run.arrivals.total - run.announced;
    if (grown > 0 && run.loading === "ready") {
      const total = run.timeline ? `, ${counted(run.timeline.total, "match", "matches")} in all` : "";
      this.announcer.say(`${counted(grown, "new post")}${total}`);
    }
    if (this.announcer.tick(now, this.settings.announce)) run.announced = run.arrivals.total;
    this.touch("wire");
  }
}
