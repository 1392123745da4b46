/** The whole page: settings, connection, the column, the panel; and what a reader can do. Views call its actions only. */
import { changeSettings, onShared, sharedSettings, withRecent, type Settings } from "./settings";
import { withTerm } from "../query/edit";
import { plainOf } from "../hold/plain";
import { type Order } from "../hold/ranking";
import { api, ApiError, type Timeline } from "../wire/api";
import type { Fault, Frame } from "../wire/frame";
import { Connection, type Link } from "../wire/socket";
import { COLUMN, type Place, readAddress, writeAddress } from "./address";
import { Announcer } from "./announcer";
import { Column } from "./column";
import { type Known, mayPass } from "./condition";
import { filterOf } from "./filter";
import { Insight } from "./insight";
import { loadOlder, loadSpan, recheckSpan } from "./loader";
import { afterPaint } from "./painted";
import { PanelState } from "./panel";
import { Poller } from "./poller";
import { Server } from "./server";
import { counted } from "../text/number";

export type Dialog = "help" | "language" | "coverage" | "saved" | "column" | "sign-in" | null;
export interface Toast {
  text: string;
  undo: (() => void) | null;
  until: number;
}

const TIMELINE_MS = 2_000;
const TOAST_MS = 8_000;
/** The first posts come first: what else the page asks waits for them so long at most. */
const FIRST_MS = 400;

export class Page {
  link: Link = "connecting";
  linkSince = Date.now();
  everOpen = false;
  closeCode = 0;
  dialog: Dialog = null;
  toast: Toast | null = null;
  /** The first posts are drawn: now the rest may be. */
  begun = false;
  readonly column: Column;
  readonly server = new Server(() => this.touch(), () => this.setLink("signed-out", 4401));
  readonly insight = new Insight(() => this.touch("wire"), () => this.setLink("signed-out", 4401));
  readonly panel = new PanelState(() => this.settings.panel, (panel) => this.set({ panel }), () => this.panelMoved());
  readonly announcer = new Announcer();
  /** Why there are no counts over time, or none of this moment, null while there are; and when the last ones came, ms. */
  countsFault: string | null = null;
  countsAt = 0;
  private spanAbort: AbortController | null = null;
  /** The first posts are being shown, and it is asked for when they are seen. */
  private beginning = false;
  private announced = 0;
  private wasOpen = false;
  /** Paused by an open dialog, not by the reader. */
  private held = false;

  private readonly timelinePoller = new Poller<Timeline>(
    {
      ask: (signal) => {
        const { query, from, to } = this.column.place;
        return api.timeline({ q: query, from, to }, signal);
      },
      took: (timeline) => {
        this.column.timeline = timeline;
        this.countsFault = null;
        this.countsAt = Date.now();
        this.insight.spans(timeline);
        this.touch("wire");
      },
      failed: (error) => {
        if (error.status === 401) return this.setLink("signed-out", 4401);
        this.countsFault = error.message;
        if (error.status === 400) this.timelinePoller.stop();
        this.touch("wire");
      },
    },
    TIMELINE_MS,
  );

  constructor(
    public settings: Settings,
    private readonly connection: Connection,
    /** Ask for a draw: at once for what the reader did, in good time for what came over the wire. */
    private readonly touch: (cause?: "reader" | "wire") => void,
  ) {
    this.column = new Column(COLUMN, readAddress(location.search), settings.depth);
    this.column.setFilter(filterOf(settings));
    this.insight.over(settings.trendWindowMs);
  }

  start(): void {
    this.run(true);
    this.connection.attach({
      frame: (id, frame) => this.take(id, frame),
      link: (link, code) => this.setLink(link, code),
    });
    setTimeout(() => this.begin(), FIRST_MS);
    addEventListener("popstate", () => this.show(readAddress(location.search)));
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

  private look(): void {
    if (!this.begun) return;
    this.timelinePoller.start();
    this.lookAtPanel();
  }

  private lookAtPanel(): void {
    this.wasOpen = this.panel.open;
    this.insight.look(this.column.place, this.wasOpen);
  }

  /** Search for something else. Written into the history, so that back and forward step through searches. */
  go(place: Partial<Place>): void {
    const next = { ...this.column.place, ...place };
    const address = writeAddress(next, location.pathname);
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    if (next.query !== "*") this.set({ recent: withRecent(this.settings.recent, next.query) });
    this.show(next);
  }

  /** Add a term once and run it, or exclude it; with undo. */
  add(term: string, exclude: boolean): void {
    const before = this.column.place;
    const query = withTerm(before.query, term, exclude);
    if (query === before.query) return this.say(`${term} is already in the search`);
    this.go({ query });
    this.say(exclude ? `Excluded ${term}` : `Added ${term}`, () => this.go(before));
  }

  setOrder(order: Order): void {
    this.column.setOrder(order);
    history.replaceState(null, "", writeAddress(this.column.place, location.pathname));
    this.touch();
  }

  /** The one Live button: pauses, resumes, or returns from the past to now. */
  toggleLive(): void {
    if (this.column.past) return this.go({ from: null, to: null });
    if (this.column.mode === "live") this.column.pause();
    else this.column.resume();
    this.touch();
  }

  pause(): void {
    if (this.column.mode === "paused" || this.column.past) return;
    this.column.pause();
    this.touch();
  }

  resume(): void {
    this.column.resume();
    this.touch();
  }

  set(change: Partial<Settings>): void {
    const depth = this.settings.depth;
    this.settings = changeSettings(this.settings, change);
    if (this.settings.depth !== depth) this.run();
    this.apply();
    this.panelMoved();
  }

  /** Let the settings work on what is shown. */
  private apply(): void {
    this.column.setFilter(filterOf(this.settings));
    this.insight.over(this.settings.trendWindowMs);
  }

  /** Ask for what the panel shows when it has been opened, and for nothing when it has been closed. */
  private panelMoved(): void {
    if (this.begun && this.panel.open !== this.wasOpen) this.lookAtPanel();
    this.touch();
  }

  /** Open a dialog, or close it. While one is open the list behind it stands still. */
  open(dialog: Dialog): void {
    const { column } = this;
    if (dialog && !this.dialog && column.state === "live") {
      column.pause();
      this.held = true;
    } else if (!dialog && this.held) {
      this.held = false;
      column.resume();
    }
    this.dialog = dialog;
    this.touch();
  }

  say(text: string, undo: (() => void) | null = null): void {
    this.toast = { text, undo, until: Date.now() + TOAST_MS };
    this.touch();
  }

  undo(): void {
    this.toast?.undo?.();
    this.toast = null;
    this.touch();
  }

  retry(): void {
    this.connection.now();
  }

  /** Run the search of the column once more, from nothing. */
  again(): void {
    this.run();
  }

  async older(): Promise<void> {
    await loadOlder(this.column, () => this.touch());
  }

  /** Return whether there are posts to draw, or something to say instead. */
  worthALook(): boolean {
    return this.column.holding.size > 0 || this.column.loading === "ready" || this.column.past || !["connecting", "open"].includes(this.link);
  }

  /** Return all that `condition.ts` needs to know. */
  known(): Known {
    const { column, server } = this;
    return {
      link: this.link, linkSince: this.linkSince, everOpen: this.everOpen, closeCode: this.closeCode,
      serverReconnecting: server.reconnecting, outage: server.outage, sources: server.sources,
      indexed: server.stats.indexed ?? null, laggedAt: column.laggedAt, fault: column.fault, faultAt: column.faultAt, ready: column.loading === "ready",
      total: column.timeline?.total ?? null, held: column.holding.size, begunAt: column.begunAt, from: column.place.from, to: column.place.to,
      gaps: column.timeline?.gaps ?? [], nextStep: server.facts?.next_step ?? "SOURCE=bluesky make run",
    };
  }

  private show(place: Place): void {
    const same = place.query === this.column.place.query && place.from === this.column.place.from && place.to === this.column.place.to;
    if (same && !this.column.fault) this.column.setOrder(place.order);
    else {
      this.column.place = place;
      this.run();
    }
    this.touch();
  }

  /** Begin the column's search. `first`: it may have been asked for before there was a page (`main.tsx`). */
  private run(first = false): void {
    const { column } = this;
    this.spanAbort?.abort();
    column.restart(column.place, this.settings.depth);
    column.setFilter(filterOf(this.settings));
    this.announced = 0;
    this.countsFault = null;
    document.title = column.place.query === "*" ? "Murmuration" : `${column.place.query} · Murmuration`;
    if (column.past) {
      this.connection.unsubscribe(COLUMN);
      this.spanAbort = new AbortController();
      void loadSpan(column, this.spanAbort.signal, () => this.touch());
    } else if (!(first && this.connection.asks(COLUMN, column.place.query, this.settings.depth)))
      this.connection.subscribe(COLUMN, column.place.query, this.settings.depth);
    this.look();
    this.touch();
  }

  /** A closed time that could not be had is asked for again by itself once the server can answer; one that is there is compared. */
  private recover(compare: boolean): void {
    const { column } = this;
    if (!column.past) return;
    if (mayPass(column.fault)) this.run();
    else if (compare && column.loading === "ready" && this.spanAbort) void recheckSpan(column, this.spanAbort.signal, () => this.touch());
  }

  private take(id: string | null, frame: Frame): void {
    const now = performance.now();
    if (frame.type === "stats") {
      const away = this.server.outage !== null;
      this.server.take(frame);
      if (away && this.server.outage === null) this.recover(false);
    } else if (frame.type === "gap") this.timelinePoller.start();
    else if (id === null || id === COLUMN) {
      this.column.take(frame, now);
      if (frame.type === "error" || (frame.type === "history" && frame.done)) this.timelinePoller.start();
      if (!this.begun && !this.beginning && frame.type === "history") {
        this.beginning = true;
        afterPaint(() => this.begin());
      }
    }
    this.touch("wire");
  }

  private setLink(link: Link, code: number): void {
    const was = this.link;
    this.link = link;
    this.closeCode = code;
    // While the first posts are on their way there is time for what reading them needs: its patterns take 8 ms to compile.
    if (link === "open" && !this.everOpen) setTimeout(() => plainOf("a"));
    if (link === "open" && was !== "open") {
      if (this.begun && this.everOpen) void this.server.learn();
      this.recover(this.everOpen);
      this.everOpen = true;
    }
    if (link === "signed-out") this.hush();
    const trying = (one: Link): boolean => one === "connecting" || one === "waiting";
    if (!(trying(was) && trying(link))) this.linkSince = Date.now();
    this.touch();
  }

  /** Without a token every answer is a refusal, and signing in loads the page anew. */
  private hush(): void {
    this.timelinePoller.stop();
    this.insight.stop();
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
    if (this.toast && now > this.toast.until) this.toast = null;
    const { column } = this;
    const grown = column.arrivals.total - this.announced;
    if (grown > 0 && column.loading === "ready") {
      const total = column.timeline ? `, ${counted(column.timeline.total, "match", "matches")} in all` : "";
      this.announcer.say(`${counted(grown, "new post")}${total}`);
    }
    if (this.announcer.tick(now, this.settings.announce)) this.announced = column.arrivals.total;
    this.touch("wire");
  }
}
