/**
 * One column: its search, what it holds, and what its list shows. No network and no drawing; `revision` tells a view when
 * to look again. While it is paused the list stands still: new cards are counted, cards that go leave their place empty.
 */
import { Folding, type Card } from "../hold/folding";
import { Holding, type Change } from "../hold/holding";
import { rank, type Order } from "../hold/ranking";
import type { Timeline } from "../wire/api";
import type { Fault, Frame } from "../wire/frame";
import type { Filter } from "./filter";
import type { Place } from "./address";
import { Meter } from "./meter";

export const RERANK_MS = 5_000;

export class Column {
  place: Place;
  holding: Holding;
  folding = new Folding();
  terms: string[] = [];
  canonical = "";
  mode: "live" | "paused" = "live";
  loading: "waiting" | "history" | "ready" = "waiting";
  fault: Fault | null = null;
  laggedAt: number | null = null;
  /** When this search was begun here, ms. */
  begunAt = Date.now();
  timeline: Timeline | null = null;
  moreStored = true;
  loadingOlder = false;
  filter: Filter | null = null;
  /** Cards of other pages of the store, for the rankings: what is best of all, not only of what is loaded. */
  page = 0;
  revision = 0;
  arrivals = new Meter();
  private frozen: Card[] | null = null;
  private waitingIds = new Set<string>();
  private ranked: Card[] = [];
  private rankedAt = -Infinity;
  private shownCache: { revision: number; cards: Card[] } | null = null;

  constructor(
    readonly id: string,
    place: Place,
    depth: number,
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
    return this.waitingIds.size;
  }

  /** Begin anew with another place or depth. */
  restart(place: Place, depth: number): void {
    this.place = place;
    this.holding = new Holding(depth);
    this.folding = new Folding();
    this.terms = [];
    this.mode = "live";
    this.loading = "waiting";
    this.fault = null;
    this.laggedAt = null;
    this.begunAt = Date.now();
    this.timeline = null;
    this.moreStored = true;
    this.page = 0;
    this.frozen = null;
    this.waitingIds.clear();
    this.arrivals = new Meter();
    this.rankedAt = -Infinity;
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
        this.apply(this.holding.put(frame.posts), now, false);
        if (frame.done) {
          this.loading = "ready";
          this.laggedAt = null;
        }
        this.revision++;
        return;
      case "posts":
        return this.apply(this.holding.put(frame.posts), now, true);
      case "gone":
        return this.apply(this.holding.lose(frame.posts), now, false);
      case "deleted":
        return this.apply(this.holding.withdraw(frame.ids), now, false);
      case "reset":
        this.loading = "history";
        return this.apply(this.holding.clear(), now, false);
      case "lagged":
        this.laggedAt = Date.now();
        this.revision++;
        return;
      case "error":
        this.fault = frame.error;
        this.loading = "ready";
        this.revision++;
        return;
      default:
        return;
    }
  }

  /** Apply posts that came by the API (an older page, a closed span). */
  add(posts: Parameters<Holding["put"]>[0], now: number): void {
    this.apply(this.holding.put(posts), now, false);
  }

  private apply(change: Change, now: number, live: boolean): void {
    if (!change.put.length && !change.removed.length && !change.cleared) return;
    if (live) this.arrivals.count(change.put.length, now);
    const added = this.folding.apply(change);
    if (this.frozen && live) for (const id of added) this.waitingIds.add(id);
    for (const { post } of change.removed) if (!this.folding.cards.has(post.id)) this.waitingIds.delete(post.id);
    if (change.cleared) this.frozen = null;
    if (this.frozen && !live && this.place.order === "latest") this.grow(added);
    this.revision++;
  }

  /** Older posts that were asked for join the end of a list that stands still. */
  private grow(added: string[]): void {
    const last = this.frozen?.at(-1);
    const cards = added.map((id) => this.folding.cards.get(id)).filter((card) => card !== undefined);
    for (const card of cards.sort((a, b) => b.place - a.place)) if (!last || card.place <= last.place) this.frozen?.push(card);
  }

  pause(): void {
    if (this.mode === "paused" || this.past) return;
    this.mode = "paused";
    this.frozen = this.place.order === "latest" ? this.folding.latest.newestFirst() : null;
    this.waitingIds.clear();
    this.revision++;
  }

  resume(): void {
    if (this.mode === "live") return;
    this.mode = "live";
    this.frozen = null;
    this.waitingIds.clear();
    this.rankedAt = -Infinity;
    this.revision++;
  }

  setOrder(order: Order): void {
    this.place = { ...this.place, order };
    this.page = 0;
    this.rankedAt = -Infinity;
    this.frozen = null;
    this.mode = "live";
    this.waitingIds.clear();
    this.revision++;
  }

  setFilter(filter: Filter | null): void {
    this.filter = filter;
    this.rankedAt = -Infinity;
    this.revision++;
  }

  /** Rank again at the next look, as a click asks. */
  rerank(): void {
    this.rankedAt = -Infinity;
    this.revision++;
  }

  /** Return the cards of the list in order. In latest all of them, else the ranking (of which a view shows one page). */
  cards(now: number): Card[] {
    if (this.place.order !== "latest") return this.ranking(now);
    if (this.shownCache?.revision === this.revision) return this.shownCache.cards;
    const all = this.frozen ?? this.folding.latest.newestFirst();
    const cards = this.filter ? all.filter(this.filter) : all;
    this.shownCache = { revision: this.revision, cards };
    return cards;
  }

  private ranking(now: number): Card[] {
    const due = now - this.rankedAt >= RERANK_MS && this.mode === "live";
    if (due || this.rankedAt === -Infinity || this.loading !== "ready") {
      const leads = this.folding.latest.newestFirst();
      this.ranked = rank(this.filter ? leads.filter(this.filter) : leads, this.place.order);
      this.rankedAt = this.loading === "ready" ? now : -Infinity;
    }
    return this.ranked;
  }

  /** Return whether a card of a list that stands still is no longer held. */
  left(card: Card): boolean {
    return !this.folding.cards.has(card.id);
  }
}
