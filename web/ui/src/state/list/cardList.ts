/**
 * Card list: orders and filters the cards of one run, keeps the page of a ranking, pauses and resumes the list, and counts the new and the
 * hidden cards. While the list is paused, each card keeps its position (`pausedList.ts`). A ranking is computed again every 5 s at most
 * once its history is complete. `revision` grows with every change, so that a view knows when to read the list again.
 */
import type { Card, CardIndex } from "../../posts/cardIndex";
import type { StoreChange } from "../../posts/postStore";
import { rank, type Order } from "../../posts/ranking";
import { type Filter, type Filters, NO_FILTERS } from "./postFilter";
import { PausedList } from "./pausedList";
import type { StoredRanking } from "./storedRanking";

/** Milliseconds between two computations of a ranking. */
export const RERANK_MS = 5_000;

/** Cards at one revision: all loaded cards, the shown cards, and the number of hidden cards once it has been computed. */
interface Shown {
  revision: number;
  all: Card[];
  cards: Card[];
  hidden: number | null;
}

export class CardList {
  /** Page of the ranking that is shown, from 0. */
  page = 0;
  /** Whether the reader has chosen to see the hidden cards. */
  unfiltered = false;
  revision = 0;
  private cleared: Filter | null = null;
  private paused: PausedList | null = null;
  private ranked: Card[] = [];
  private rankedAt = -Infinity;
  private shown: Shown | null = null;
  private counted = { revision: -1, newCount: 0 };

  constructor(
    private readonly cardIndex: CardIndex,
    private currentOrder: Order,
    public filters: Filters = NO_FILTERS,
    /** Originals that the store ranked, beside those of the index; null for a list without them. */
    private readonly stored: StoredRanking | null = null,
  ) {}

  get order(): Order {
    return this.currentOrder;
  }

  /** Whether each card keeps its position. */
  get isPaused(): boolean {
    return this.paused !== null;
  }

  private get filter(): Filter | null {
    const [test, { cleared }] = [this.unfiltered ? null : this.filters.test, this];
    return test && cleared ? (card) => test(card) && cleared(card) : test ?? cleared;
  }

  /** Whether read cards are hidden until the reader asks for something. */
  get isCleared(): boolean {
    return this.cleared !== null;
  }

  /** Hide cards until the reader asks for something; null shows them again. */
  setCleared(cleared: Filter | null): void {
    this.cleared = cleared;
    this.refilter();
  }

  /** Number of new cards that a paused list keeps back. */
  get newCount(): number {
    if (this.counted.revision !== this.revision) this.counted = { revision: this.revision, newCount: this.paused?.countNew(this.filter) ?? 0 };
    return this.counted.newCount;
  }

  /** Return how many loaded cards the filters hide, or would hide if the reader had not chosen to see them. */
  hiddenCount(): number {
    const { test } = this.filters;
    if (!test) return 0;
    const shown = this.current();
    shown.hidden ??= shown.all.length - (this.unfiltered || this.cleared ? shown.all.filter(test) : shown.cards).length;
    return shown.hidden;
  }

  /** Mark the list as changed, so that views read it again. */
  markChanged(): void {
    this.revision++;
  }

  /** Pause the list: each card keeps its position from now on. */
  pause(): void {
    this.paused = new PausedList(this.order === "latest" ? this.cardIndex.latest.newestFirst() : this.rankAll(null), this.cardIndex);
    this.revision++;
  }

  /** Resume the list. */
  resume(): void {
    this.paused = null;
    this.rankedAt = -Infinity;
    this.revision++;
  }

  /** Apply a change of the post store after the card index has applied it. With `older` the added cards join the end of a paused list. */
  apply(change: StoreChange, added: readonly string[], older: boolean): void {
    this.paused?.apply(change, added);
    if (older) this.paused?.appendOlder(added);
    this.revision++;
  }

  setOrder(order: Order): void {
    this.currentOrder = order;
    this.cleared = null;
    this.page = 0;
    this.resume();
  }

  /** Set the filters. Equal filters change nothing; other ones hide cards again. */
  setFilter(filters: Filters): void {
    if (filters.key === this.filters.key) return;
    this.filters = filters;
    this.unfiltered = false;
    this.refilter();
  }

  /** Show the cards that the filters hide, or hide them again. */
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

  /**
   * Return the cards in order. A view shows one page of a ranking, and all cards of `latest`. `settled`: the history is complete, so that
   * a ranking is computed at intervals only.
   */
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

  /** Return the loaded cards and those that the store ranked, by the order. */
  private rankAll(filter: Filter | null): Card[] {
    const cards = [...this.cardIndex.latest.newestFirst(), ...(this.stored?.cardsBeside(this.cardIndex) ?? [])];
    return rank(filter ? cards.filter(filter) : cards, this.order, (card) => this.stored?.valueOf(card) ?? null);
  }

  /** Rank again with what the store ranked. A paused list keeps its cards, and gets the further ones at its end. */
  takeStored(): void {
    this.paused?.appendRanked(this.rankAll(null));
    this.rankedAt = -Infinity;
    this.revision++;
  }

  private ranking(now: number, settled: boolean): Card[] {
    const due = now - this.rankedAt >= RERANK_MS;
    if (due || this.rankedAt === -Infinity || !settled) {
      this.ranked = this.rankAll(this.filter);
      this.rankedAt = settled ? now : -Infinity;
    }
    return this.ranked;
  }
}
