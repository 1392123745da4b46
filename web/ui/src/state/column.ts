/**
 * One column: its search, what it holds, and what its list shows. No network and no drawing; `revision` tells a view when
 * to look again. While it is paused, or shows a closed span, the list stands still (`standing.ts`).
 */
import { Folding, type Card } from "../hold/folding";
import { Holding, type Change } from "../hold/holding";
import { rank, type Order } from "../hold/ranking";
import type { Timeline } from "../wire/api";
import type { Fault, Frame } from "../wire/frame";
import type { Place } from "./address";
import { beyond, dropped, NOWHERE, type Edge } from "./edge";
import type { Filter } from "./filter";
import { Meter } from "./meter";
import { Standing } from "./standing";

export const RERANK_MS = 5_000;

export class Column {
  place: Place;
  holding: Holding;
  folding = new Folding();
  terms: string[] = [];
  canonical = "";
  mode: "live" | "paused" = "live";
  loading: "waiting" | "history" | "ready" = "waiting";
  /** Why the search is not answered, and since when, ms. */
  fault: Fault | null = null;
  faultAt = 0;
  laggedAt: number | null = null;
  /** When this search was begun here, ms. */
  begunAt = Date.now();
  timeline: Timeline | null = null;
  loadingOlder = false;
  /** Why older posts could not be loaded; the reader may ask again. */
  olderFault: Fault | null = null;
  filter: Filter | null = null;
  /** Cards of other pages of the store, for the rankings: what is best of all, not only of what is loaded. */
  page = 0;
  revision = 0;
  arrivals = new Meter();
  private standing: Standing | null = null;
  /** Where what is held ends, and where the list that stands still does. */
  private held = NOWHERE;
  private read: { from: Edge; edge: Edge } | null = null;
  /** The history that is coming is that of the whole search; how many posts of it have come. */
  private whole: { came: number } | null = { came: 0 };
  private ranked: Card[] = [];
  private rankedAt = -Infinity;
  private shownCache: { revision: number; cards: Card[] } | null = null;
  private waitingCache = { revision: -1, count: 0 };

  constructor(
    readonly id: string,
    place: Place,
    private depth: number,
  ) {
    this.place = place;
    this.holding = new Holding(depth);
  }

  get past(): boolean {
    return this.place.from !== null;
  }

  get state(): "live" | "paused" | "past" {
    return this.past ? "past" : this.mode;
  }

  /** How many new cards wait while it is paused. */
  get waiting(): number {
    if (this.waitingCache.revision !== this.revision)
      this.waitingCache = { revision: this.revision, count: this.standing?.waiting(this.filter) ?? 0 };
    return this.waitingCache.count;
  }

  /** Where the loaded posts of the list end. */
  get edge(): Edge {
    return this.read?.edge ?? this.held;
  }

  /** Begin anew with another place or depth. */
  restart(place: Place, depth: number): void {
    this.place = place;
    this.depth = depth;
    this.holding = new Holding(depth);
    this.folding = new Folding();
    this.terms = [];
    this.mode = "live";
    this.loading = "waiting";
    this.fault = null;
    this.laggedAt = null;
    this.begunAt = Date.now();
    this.timeline = null;
    this.loadingOlder = false;
    this.olderFault = null;
    this.page = 0;
    this.held = NOWHERE;
    this.whole = { came: 0 };
    this.read = null;
    this.goOn();
    this.arrivals = new Meter();
    this.revision++;
  }

  /** Apply a frame of this column's search, or one for all. `now` is a steady clock in ms. */
  take(frame: Frame, now: number): void {
    switch (frame.type) {
      case "subscribed":
        this.terms = frame.terms;
        this.canonical = frame.query;
        this.fault = null;
        if (this.loading === "waiting") this.loading = "history";
        this.revision++;
        return;
      case "history":
        if (this.whole) {
          this.whole.came += frame.posts.length;
          this.held = beyond(this.held, frame.posts, null, true);
        }
        this.apply(this.holding.put(frame.posts), now, "history");
        if (frame.done) {
          if (this.whole && this.whole.came < this.depth) this.held = { ...this.held, more: false };
          this.whole = null;
          this.loading = "ready";
          this.laggedAt = null;
        }
        this.revision++;
        return;
      case "posts":
        return this.apply(this.holding.put(frame.posts), now, "live");
      case "gone":
        return this.apply(this.holding.lose(frame.posts), now, "live");
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
        this.revision++;
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
  add(posts: Parameters<Holding["put"]>[0], next: string | null, now: number): void {
    const edge = beyond(this.edge, posts, next, next !== null);
    if (this.read) this.read.edge = edge;
    else this.held = edge;
    this.apply(this.holding.put(posts), now, "older");
    this.revision++;
  }

  /** The search was refused, or failed. */
  fail(fault: Fault): void {
    this.fault = fault;
    this.faultAt = Date.now();
    this.revision++;
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
    this.standing?.take(change, added);
    if (how === "older" || (how === "history" && this.whole)) this.standing?.grow(added);
    this.revision++;
  }

  pause(): void {
    if (this.mode === "paused" || this.past) return;
    this.mode = "paused";
    this.stand();
  }

  resume(): void {
    if (this.mode === "live") return;
    this.mode = "live";
    this.goOn();
  }

  /** Let each card of the list keep its place. */
  private stand(): void {
    const leads = this.folding.latest.newestFirst();
    this.standing = new Standing(this.place.order === "latest" ? leads : rank(leads, this.place.order), this.folding);
    this.read = { from: this.held, edge: this.held };
    this.revision++;
  }

  private goOn(): void {
    // What was loaded meanwhile joins what is held, unless that lost its own end.
    if (this.read && this.read.from === this.held) this.held = this.read.edge;
    this.standing = null;
    this.read = null;
    this.rankedAt = -Infinity;
    this.revision++;
  }

  setOrder(order: Order): void {
    this.place = { ...this.place, order };
    this.page = 0;
    this.mode = "live";
    this.goOn();
    if (this.past && this.loading === "ready") this.stand();
  }

  setFilter(filter: Filter | null): void {
    this.filter = filter;
    this.rankedAt = -Infinity;
    this.revision++;
  }

  /** Rank again at the next look, as a click asks. */
  rerank(): void {
    if (this.standing) return this.stand();
    this.rankedAt = -Infinity;
    this.revision++;
  }

  /** Return the cards of the list in order. In latest all of them, else the ranking (of which a view shows one page). */
  cards(now: number): Card[] {
    if (!this.standing && this.place.order !== "latest") return this.ranking(now);
    if (this.shownCache?.revision === this.revision) return this.shownCache.cards;
    const all = this.standing?.cards() ?? this.folding.latest.newestFirst();
    const cards = this.filter ? all.filter(this.filter) : all;
    this.shownCache = { revision: this.revision, cards };
    return cards;
  }

  private ranking(now: number): Card[] {
    const due = now - this.rankedAt >= RERANK_MS;
    if (due || this.rankedAt === -Infinity || this.loading !== "ready") {
      const leads = this.folding.latest.newestFirst();
      this.ranked = rank(this.filter ? leads.filter(this.filter) : leads, this.place.order);
      this.rankedAt = this.loading === "ready" ? now : -Infinity;
    }
    return this.ranked;
  }

  /** Return whether a card that is still in its place was withdrawn or stopped matching. */
  left(card: Card): boolean {
    if (this.folding.cards.has(card.id)) return false;
    return this.holding.withdrawn(card.id) || [...(card.own ? [card.post] : []), ...card.reposts.values()].every((post) => this.holding.lost(post));
  }
}
