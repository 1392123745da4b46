/**
 * What the list of one run shows: which cards, in which order, and how many of them wait or are hidden. While it stands still
 * each card keeps its place (`pausedList.ts`). `revision` tells a view when to look again.
 */
import type { Card, CardIndex } from "../../posts/cardIndex";
import type { StoreChange } from "../../posts/postStore";
import { rank, type Order } from "../../posts/ranking";
import { type Filter, type Filters, NO_FILTERS } from "./postFilter";
import { PausedList } from "./pausedList";

export const RERANK_MS = 5_000;

/** The cards at one revision: all that are loaded, those that are shown, and how many the filters hide where that was asked. */
interface Shown {
  revision: number;
  all: Card[];
  cards: Card[];
  hidden: number | null;
}

export class CardList {
  /** Which page of a ranking is shown, from 0. */
  page = 0;
  /** The reader wants to see what the filters hide. */
  unfiltered = false;
  revision = 0;
  private paused: PausedList | null = null;
  private ranked: Card[] = [];
  private rankedAt = -Infinity;
  private shown: Shown | null = null;
  private counted = { revision: -1, newCount: 0 };

  constructor(
    private readonly cardIndex: CardIndex,
    private currentOrder: Order,
    public filters: Filters = NO_FILTERS,
  ) {}

  get order(): Order {
    return this.currentOrder;
  }

  /** Whether each card keeps its place. */
  get isPaused(): boolean {
    return this.paused !== null;
  }

  private get filter(): Filter | null {
    return this.unfiltered ? null : this.filters.test;
  }

  /** How many new cards wait while it stands still. */
  get newCount(): number {
    if (this.counted.revision !== this.revision) this.counted = { revision: this.revision, newCount: this.paused?.countNew(this.filter) ?? 0 };
    return this.counted.newCount;
  }

  /** Return how many loaded cards the filters hide, or would hide where the reader sees them all. */
  hiddenCount(): number {
    const { test } = this.filters;
    if (!test) return 0;
    const shown = this.current();
    shown.hidden ??= shown.all.length - (this.unfiltered ? shown.all.filter(test) : shown.cards).length;
    return shown.hidden;
  }

  /** Have a view look again. */
  markChanged(): void {
    this.revision++;
  }

  /** Let each card keep its place from now on. */
  pause(): void {
    const leads = this.cardIndex.latest.newestFirst();
    this.paused = new PausedList(this.order === "latest" ? leads : rank(leads, this.order), this.cardIndex);
    this.revision++;
  }

  /** Let the list go on. */
  resume(): void {
    this.paused = null;
    this.rankedAt = -Infinity;
    this.revision++;
  }

  /** Apply what happened, after the folding did; `older`: the new cards join the end of a list that stands still. */
  apply(change: StoreChange, added: readonly string[], older: boolean): void {
    this.paused?.apply(change, added);
    if (older) this.paused?.appendOlder(added);
    this.revision++;
  }

  setOrder(order: Order): void {
    this.currentOrder = order;
    this.page = 0;
    this.resume();
  }

  /** Hide what other filters say; the same ones change nothing. */
  setFilter(filters: Filters): void {
    if (filters.key === this.filters.key) return;
    this.filters = filters;
    this.unfiltered = false;
    this.refilter();
  }

  /** Show what the filters hide, or hide it again. */
  setUnfiltered(unfiltered: boolean): void {
    this.unfiltered = unfiltered;
    this.refilter();
  }

  private refilter(): void {
    this.rankedAt = -Infinity;
    this.revision++;
  }

  setPage(page: number): void {
    this.page = page;
    this.revision++;
  }

  /** Return the cards in order: of `latest` all, else the ranking, of which a view shows one page. `settled`: the history is complete. */
  cards(now: number, settled: boolean): Card[] {
    if (!this.paused && this.order !== "latest") return this.ranking(now, settled);
    return this.current().cards;
  }

  private current(): Shown {
    if (this.shown?.revision !== this.revision) {
      const all = this.paused?.cards() ?? this.cardIndex.latest.newestFirst();
      this.shown = { revision: this.revision, all, cards: this.filter ? all.filter(this.filter) : all, hidden: null };
    }
    return this.shown;
  }

  private ranking(now: number, settled: boolean): Card[] {
    const due = now - this.rankedAt >= RERANK_MS;
    if (due || this.rankedAt === -Infinity || !settled) {
      const leads = this.cardIndex.latest.newestFirst();
      this.ranked = rank(this.filter ? leads.filter(this.filter) : leads, this.order);
      this.rankedAt = settled ? now : -Infinity;
    }
    return this.ranked;
  }
}
