/**
 * One run of a search: made whole when a column begins to search, and thrown away whole when it searches for something else.
 * It owns all that lives and dies with that: posts, cards, subscription, timeline, why it failed, why its list stands still. Work
 * that is still under way when it is disposed of changes a run that nobody looks at.
 */
import { Folding, type Card } from "../posts/cardIndex";
import { Holding, type Change, type Withdrawn } from "../posts/postStore";
import type { Order } from "../posts/ranking";
import { api, type Timeline } from "../wire/api";
import type { Fault, Frame } from "../wire/frame";
import type { Post } from "../wire/post";
import type { Watching } from "../wire/liveSubscription";
import { beyond, dropped, NOWHERE, type Edge } from "./list/loadedRange";
import type { Filters } from "./list/postFilter";
import { Listing } from "./list/cardList";
import { Meter } from "./rateCounter";
import { type Cause, Pauses } from "./list/pauseMachine";
import { Poller } from "./poller";
import type { ColumnSpec } from "./spec";

const TIMELINE_MS = 2_000;

/** What a run tells its page. */
export interface Ear {
  /** Something changed that a view may show. */
  changed(): void;
  /** The matches over time came. */
  counted(timeline: Timeline): void;
  /** The server asks for an access token. */
  locked(): void;
}

export class Run {
  readonly holding: Holding;
  readonly folding = new Folding();
  readonly list: Listing;
  readonly arrivals = new Meter();
  readonly begunAt = Date.now();
  terms: string[] = [];
  canonical = "";
  loading: "waiting" | "history" | "ready" = "waiting";
  /** Why the search is not answered, and since when, ms. */
  fault: Fault | null = null;
  faultAt = 0;
  laggedAt: number | null = null;
  timeline: Timeline | null = null;
  /** Why there are no counts over time, or none of this moment, null while there are; and when the last ones came, ms. */
  countsFault: string | null = null;
  countsAt = 0;
  loadingOlder = false;
  /** Why older posts could not be loaded; the reader may ask again. */
  olderFault: Fault | null = null;
  rechecking = false;
  /** How many arrivals have been told to screen readers. */
  announced = 0;
  private readonly abort = new AbortController();
  private readonly pauses = new Pauses();
  private watching: Watching | null = null;
  /** Where what is held ends, and where the list that stands still does. */
  private held = NOWHERE;
  private read: { from: Edge; edge: Edge } | null = null;
  /** The history that is coming is that of the whole search; how many posts of it have come. */
  private whole: { came: number } | null = { came: 0 };

  private readonly counting: Poller<Timeline> = new Poller<Timeline>(
    {
      ask: (signal) => api.timeline({ q: this.spec.query, from: this.spec.from, to: this.spec.to }, signal),
      took: (timeline) => {
        this.timeline = timeline;
        this.countsFault = null;
        this.countsAt = Date.now();
        this.ear.counted(timeline);
        this.ear.changed();
      },
      failed: (error) => {
        if (error.status === 401) return this.ear.locked();
        this.countsFault = error.message;
        if (error.status === 400) this.counting.stop();
        this.ear.changed();
      },
    },
    TIMELINE_MS,
  );

  constructor(
    /** What the run was begun for; its order may change meanwhile (`list.order`). */
    readonly spec: ColumnSpec,
    withdrawn: Withdrawn,
    filters: Filters,
    private readonly ear: Ear,
  ) {
    this.holding = new Holding(spec.depth, withdrawn);
    this.list = new Listing(this.folding, spec.order, filters);
  }

  /** Aborted when the run is disposed of. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get past(): boolean {
    return this.spec.from !== null;
  }

  get state(): "live" | "paused" | "past" {
    return this.past ? "past" : this.pauses.any ? "paused" : "live";
  }

  /** Where the loaded posts of the list end. */
  get edge(): Edge {
    return this.read?.edge ?? this.held;
  }

  get revision(): number {
    return this.list.revision;
  }

  get waiting(): number {
    return this.list.waiting;
  }

  /** Take what comes of a search that is watched; `told` is called after each frame. */
  watch(watching: Watching, told: (frame: Frame) => void): void {
    this.watching = watching;
    watching.listen((frame) => {
      this.take(frame, performance.now());
      told(frame);
    });
  }

  /** Ask for the matches over time now, and again and again. */
  count(): void {
    if (!this.signal.aborted) this.counting.start();
  }

  stopCounting(): void {
    this.counting.stop();
  }

  /** End all that it began. */
  dispose(): void {
    this.abort.abort();
    this.counting.stop();
    this.watching?.close();
    this.watching = null;
  }

  /** Apply a frame of this search, or one for all. `now` is a steady clock in ms. */
  take(frame: Frame, now: number): void {
    switch (frame.type) {
      case "subscribed":
        this.terms = frame.terms;
        this.canonical = frame.query;
        this.fault = null;
        if (this.loading === "waiting") this.loading = "history";
        this.list.touch();
        return;
      case "history":
        if (this.whole) {
          this.whole.came += frame.posts.length;
          this.held = beyond(this.held, frame.posts, null, true);
        }
        this.apply(this.holding.put(frame.posts), now, "history");
        if (frame.done) {
          if (this.whole && this.whole.came < this.spec.depth) this.held = { ...this.held, more: false };
          this.whole = null;
          this.loading = "ready";
          this.laggedAt = null;
        }
        this.list.touch();
        return;
      case "posts":
        return this.apply(this.holding.put(frame.posts), now, "live");
      case "gone":
        return this.lose(frame.posts, now);
      case "deleted":
        this.folding.unquote(frame.ids);
        return this.apply(this.holding.withdraw(frame.ids), now, "live");
      case "reset":
        this.loading = "history";
        this.held = NOWHERE;
        this.whole = { came: 0 };
        return this.apply(this.holding.clear(), now, "history");
      case "lagged":
        this.laggedAt = Date.now();
        this.list.touch();
        return;
      case "error":
        this.fail(frame.error);
        this.loading = "ready";
        return;
      default:
        return;
    }
  }

  /** Apply a page of older posts that the API gave; `next` is where the store goes on, null at its end. */
  add(posts: readonly Post[], next: string | null, now: number): void {
    const edge = beyond(this.edge, posts, next, next !== null);
    if (this.read) this.read.edge = edge;
    else this.held = edge;
    this.apply(this.holding.put(posts), now, "older");
    this.list.touch();
  }

  /** Apply later versions of posts that are held, and posts that were missed; they count as no arrivals. */
  renew(posts: readonly Post[], now: number): void {
    this.apply(this.holding.put(posts), now, "history");
  }

  /** Take out versions of posts that do not match any more. */
  lose(posts: readonly [string, number][], now: number): void {
    this.apply(this.holding.lose(posts), now, "live");
  }

  /** The search was refused, or failed. */
  fail(fault: Fault): void {
    this.fault = fault;
    this.faultAt = Date.now();
    this.list.touch();
  }

  /** A closed span is loaded: from now on its list stands still. */
  spanned(): void {
    this.loading = "ready";
    this.stand();
  }

  private apply(change: Change, now: number, how: "live" | "history" | "older"): void {
    if (!change.put.length && !change.removed.length && !change.cleared) return;
    if (how === "live") this.arrivals.count(change.first, now);
    const added = this.folding.apply(change);
    for (const { post, why } of change.removed) if (why === "trimmed") this.held = dropped(this.held, post.created_at);
    this.list.take(change, added, how === "older" || (how === "history" && this.whole !== null));
  }

  /** Hold the list still for a cause. A closed span stands still anyway, and has none. */
  hold(cause: Cause): void {
    if (!this.past && this.pauses.hold(cause)) this.stand();
  }

  /** A cause is gone; with the last one the list goes on. */
  release(cause: Cause): void {
    if (this.pauses.release(cause)) this.goOn();
  }

  /** Return whether a cause holds the list. */
  holds(cause: Cause): boolean {
    return this.pauses.has(cause);
  }

  /** Let the list go on, whatever held it. */
  resume(): void {
    if (this.pauses.clear()) this.goOn();
  }

  private stand(): void {
    this.read = { from: this.held, edge: this.held };
    this.list.stand();
  }

  private goOn(): void {
    this.rejoin();
    this.list.goOn();
  }

  /** Older posts loaded while the list stood still join what is held, unless that lost its own end meanwhile. */
  private rejoin(): void {
    if (this.read && this.read.from === this.held) this.held = this.read.edge;
    this.read = null;
  }

  setOrder(order: Order): void {
    this.pauses.clear();
    this.rejoin();
    this.list.setOrder(order);
    if (this.past && this.loading === "ready") this.stand();
  }

  /** Return the cards of the list in order, of a ranking all pages. */
  cards(now: number): Card[] {
    return this.list.cards(now, this.loading === "ready");
  }

  /** Return whether a card that is still in its place was withdrawn or stopped matching. */
  left(card: Card): boolean {
    if (this.folding.cards.has(card.id)) return false;
    return this.holding.withdrawn(card.id) || [...(card.own ? [card.post] : []), ...card.reposts.values()].every((post) => this.holding.lost(post));
  }
}
