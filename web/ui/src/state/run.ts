/**
 * One run of a search: made whole when a column begins to search, and thrown away whole when it searches for something else.
 * It owns all that lives and dies with that: posts, cards, subscription, timeline, why it failed, why its list stands still. Work
 * that is still under way when it is disposed of changes a run that nobody looks at.
 */
import { CardIndex, type Card } from "../posts/cardIndex";
import { PostStore, type StoreChange, type DeletedIds } from "../posts/postStore";
import type { Order } from "../posts/ranking";
import type { Problem, Frame } from "../wire/frame";
import type { Post } from "../wire/post";
import type { SubscriptionHandle } from "../wire/liveSubscription";
import { extend, truncate, NOTHING_LOADED, type LoadedRange } from "./list/loadedRange";
import type { Filters } from "./list/postFilter";
import { CardList } from "./list/cardList";
import { RateCounter } from "./rateCounter";
import { type PauseCause, PauseMachine } from "./list/pauseMachine";
import { MatchCounts, type MatchCountsListener } from "./matchCounts";
import type { ColumnSpec } from "./spec";

/** What a run reports to its page. */
export type RunListener = MatchCountsListener;

export class Run {
  readonly posts: PostStore;
  readonly cardIndex = new CardIndex();
  readonly list: CardList;
  readonly counts: MatchCounts;
  readonly arrivals = new RateCounter();
  readonly begunAt = Date.now();
  terms: string[] = [];
  canonical = "";
  loading: "waiting" | "history" | "ready" = "waiting";
  /** Why the search is not answered, and since when, ms. */
  problem: Problem | null = null;
  problemAt = 0;
  laggedAt: number | null = null;
  loadingOlder = false;
  /** Why older posts could not be loaded; the reader may ask again. */
  olderProblem: Problem | null = null;
  rechecking = false;
  /** How many arrivals have been told to screen readers. */
  announced = 0;
  private readonly abort = new AbortController();
  private readonly pauses = new PauseMachine();
  private subscription: SubscriptionHandle | null = null;
  /** Where what is held ends, and where the list that stands still does. */
  private liveRange = NOTHING_LOADED;
  private pausedRange: { from: LoadedRange; loadedRange: LoadedRange } | null = null;
  /** The history that is coming is that of the whole search; how many posts of it have come. */
  private initialHistory: { came: number } | null = { came: 0 };

  constructor(
    /** What the run was begun for; its order may change meanwhile (`list.order`). */
    readonly spec: ColumnSpec,
    deletedIds: DeletedIds,
    filters: Filters,
    listener: RunListener,
  ) {
    this.counts = new MatchCounts(spec, listener);
    this.posts = new PostStore(spec.depth, deletedIds);
    this.list = new CardList(this.cardIndex, spec.order, filters);
  }

  /** Aborted when the run is disposed of. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get isPast(): boolean {
    return this.spec.from !== null;
  }

  get state(): "live" | "paused" | "past" {
    return this.isPast ? "past" : this.pauses.isPaused ? "paused" : "live";
  }

  /** Where the loaded posts of the list end. */
  get loadedRange(): LoadedRange {
    return this.pausedRange?.loadedRange ?? this.liveRange;
  }

  get revision(): number {
    return this.list.revision;
  }

  get newCount(): number {
    return this.list.newCount;
  }

  /** Take what comes of a search that is watched; `told` is called after each frame. */
  listenTo(watching: SubscriptionHandle, told: (frame: Frame) => void): void {
    this.subscription = watching;
    watching.listen((frame) => {
      this.applyFrame(frame, performance.now());
      told(frame);
    });
  }

  /** Ask for the matches over time now, and again and again. */
  startCounting(): void {
    if (!this.signal.aborted) this.counts.start();
  }

  stopCounting(): void {
    this.counts.stop();
  }

  /** End all that it began. */
  dispose(): void {
    this.abort.abort();
    this.counts.stop();
    this.subscription?.close();
    this.subscription = null;
  }

  /** Apply a frame of this search, or one for all. `now` is a steady clock in ms. */
  applyFrame(frame: Frame, now: number): void {
    switch (frame.type) {
      case "subscribed":
        this.terms = frame.terms;
        this.canonical = frame.query;
        this.problem = null;
        if (this.loading === "waiting") this.loading = "history";
        this.list.markChanged();
        return;
      case "history":
        if (this.initialHistory) {
          this.initialHistory.came += frame.posts.length;
          this.liveRange = extend(this.liveRange, frame.posts, null, true);
        }
        this.apply(this.posts.put(frame.posts), now, "history");
        if (frame.done) {
          if (this.initialHistory && this.initialHistory.came < this.spec.depth) this.liveRange = { ...this.liveRange, more: false };
          this.initialHistory = null;
          this.loading = "ready";
          this.laggedAt = null;
        }
        this.list.markChanged();
        return;
      case "posts":
        return this.apply(this.posts.put(frame.posts), now, "live");
      case "gone":
        return this.retract(frame.posts, now);
      case "deleted":
        this.cardIndex.touchQuotesOf(frame.ids);
        return this.apply(this.posts.delete(frame.ids), now, "live");
      case "reset":
        this.loading = "history";
        this.liveRange = NOTHING_LOADED;
        this.initialHistory = { came: 0 };
        return this.apply(this.posts.clear(), now, "history");
      case "lagged":
        this.laggedAt = Date.now();
        this.list.markChanged();
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
  addOlder(posts: readonly Post[], next: string | null, now: number): void {
    const edge = extend(this.loadedRange, posts, next, next !== null);
    if (this.pausedRange) this.pausedRange.loadedRange = edge;
    else this.liveRange = edge;
    this.apply(this.posts.put(posts), now, "older");
    this.list.markChanged();
  }

  /** Apply later versions of posts that are held, and posts that were missed; they count as no arrivals. */
  mergeLater(posts: readonly Post[], now: number): void {
    this.apply(this.posts.put(posts), now, "history");
  }

  /** Take out versions of posts that do not match any more. */
  retract(posts: readonly [string, number][], now: number): void {
    this.apply(this.posts.retract(posts), now, "live");
  }

  /** The search was refused, or failed. */
  fail(problem: Problem): void {
    this.problem = problem;
    this.problemAt = Date.now();
    this.list.markChanged();
  }

  /** A closed span is loaded: from now on its list stands still. */
  finishSpan(): void {
    this.loading = "ready";
    this.pauseList();
  }

  private apply(change: StoreChange, now: number, how: "live" | "history" | "older"): void {
    if (!change.put.length && !change.removed.length && !change.cleared) return;
    if (how === "live") this.arrivals.count(change.newCount, now);
    const added = this.cardIndex.apply(change);
    for (const { post, why } of change.removed) if (why === "trimmed") this.liveRange = truncate(this.liveRange, post.created_at);
    this.list.apply(change, added, how === "older" || (how === "history" && this.initialHistory !== null));
  }

  /** Hold the list still for a cause. A closed span stands still anyway, and has none. */
  hold(cause: PauseCause): void {
    if (!this.isPast && this.pauses.hold(cause)) this.pauseList();
  }

  /** A cause is gone; with the last one the list goes on. */
  release(cause: PauseCause): void {
    if (this.pauses.release(cause)) this.resumeList();
  }

  /** Return whether a cause holds the list. */
  isHeldBy(cause: PauseCause): boolean {
    return this.pauses.has(cause);
  }

  /** Let the list go on, whatever held it. */
  resume(): void {
    if (this.pauses.clear()) this.resumeList();
  }

  private pauseList(): void {
    this.pausedRange = { from: this.liveRange, loadedRange: this.liveRange };
    this.list.pause();
  }

  private resumeList(): void {
    this.mergePausedRange();
    this.list.resume();
  }

  /** Older posts loaded while the list stood still join what is held, unless that lost its own end meanwhile. */
  private mergePausedRange(): void {
    if (this.pausedRange && this.pausedRange.from === this.liveRange) this.liveRange = this.pausedRange.loadedRange;
    this.pausedRange = null;
  }

  setOrder(order: Order): void {
    this.pauses.clear();
    this.mergePausedRange();
    this.list.setOrder(order);
    if (this.isPast && this.loading === "ready") this.pauseList();
  }

  /** Return the cards of the list in order, of a ranking all pages. */
  cards(now: number): Card[] {
    return this.list.cards(now, this.loading === "ready");
  }

  /** Return whether a card that is still in its place was withdrawn or stopped matching. */
  hasLeft(card: Card): boolean {
    if (this.cardIndex.cards.has(card.id)) return false;
    return this.posts.isDeleted(card.id) || [...(card.own ? [card.post] : []), ...card.reposts.values()].every((post) => this.posts.isRemoved(post));
  }
}
