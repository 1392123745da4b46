/**
 * Run: one execution of a search. It owns the posts, cards, list, subscription, counts, problem and pause of that search; it applies the
 * frames of the connection and the pages of the API to them, tracks how far back the posts are loaded, and pauses and resumes the list.
 *
 * A column creates a run when a search starts, and disposes of the run when another search starts, so that nothing leaks into the next
 * search. Requests that are still under way change the disposed run only, and no view shows it.
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
import { StoredRanking } from "./list/storedRanking";
import { RateCounter } from "./rateCounter";
import { SpikeDetector } from "./columns/spikeDetector";
import { type Entered, UnreadPosts } from "./read/unreadPosts";
import { type PauseCause, PauseMachine } from "./list/pauseMachine";
import { MatchCounts, type MatchCountsListener } from "./matchCounts";
import type { ColumnSpec } from "./columnSpec";

/** Receives the events of a run. */
export type RunListener = MatchCountsListener;

/** State of a column: the list takes new posts, keeps them back, or shows a past span. */
export type ColumnState = "live" | "paused" | "past";

export class Run {
  readonly posts: PostStore;
  readonly cardIndex = new CardIndex();
  readonly list: CardList;
  readonly ranking: StoredRanking;
  readonly counts: MatchCounts;
  readonly arrivals = new RateCounter();
  readonly spikes = new SpikeDetector();
  readonly unread = new UnreadPosts();
  readonly begunAt = Date.now();
  /** Terms that the list marks. */
  terms: string[] = [];
  /** The search in its canonical form. */
  canonical = "";
  /** Whether the history is complete, or failed. */
  isLoaded = false;
  /** Error of the search; null while the server answers it. */
  problem: Problem | null = null;
  /** Time of the error, ms. */
  problemAt = 0;
  /** Time at which the server reported that this page lags, ms; null once the history is complete again. */
  laggedAt: number | null = null;
  loadingOlder = false;
  /** Error of the last request of older posts; the reader may repeat the request. */
  olderProblem: Problem | null = null;
  rechecking = false;
  /** Ids of the cards that the last frame of live posts added. */
  arrivedIds: readonly string[] = [];
  /** Number of arrivals that screen readers have announced. */
  announced = 0;
  private readonly abort = new AbortController();
  private readonly pauses = new PauseMachine();
  private subscription: SubscriptionHandle | null = null;
  /** Range of the posts in the store. */
  private liveRange = NOTHING_LOADED;
  /** Range of the paused list (`loadedRange`), and the live range at which the pause began (`from`). */
  private pausedRange: { from: LoadedRange; loadedRange: LoadedRange } | null = null;
  /** Posts received of the history of the whole search; null once that history is complete. Later histories only fill holes. */
  private initialHistory: { received: number } | null = { received: 0 };

  constructor(
    /** Spec with which the run started. Its order may differ from the current order (`list.order`). */
    readonly spec: ColumnSpec,
    deletedIds: DeletedIds,
    filters: Filters,
    listener: RunListener,
  ) {
    this.counts = new MatchCounts(spec, listener);
    this.posts = new PostStore(spec.depth, deletedIds);
    this.ranking = new StoredRanking(spec, deletedIds, () => this.onRanked(listener));
    this.list = new CardList(this.cardIndex, spec.order, filters, this.ranking);
  }

  /** Aborted when the run is disposed of. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Sequence number up to which everything has been received; null until the history is complete. */
  get after(): number | null {
    return this.subscription?.after ?? null;
  }

  get isPast(): boolean {
    return this.spec.from !== null;
  }

  get state(): ColumnState {
    return this.isPast ? "past" : this.pauses.isPaused ? "paused" : "live";
  }

  /** Range of the posts that the list shows. */
  get loadedRange(): LoadedRange {
    return this.pausedRange?.loadedRange ?? this.liveRange;
  }

  get revision(): number {
    return this.list.revision;
  }

  get newCount(): number {
    return this.list.newCount;
  }

  /** Apply the frames of a subscription; `afterFrame` is called after each. `dispose` closes the subscription. */
  listenTo(subscription: SubscriptionHandle, afterFrame: (frame: Frame) => void): void {
    this.subscription = subscription;
    subscription.listen((frame) => {
      this.applyFrame(frame, performance.now());
      afterFrame(frame);
    });
  }

  /** Poll the counts of matches over time. A disposed run polls nothing. */
  startCounting(): void {
    if (!this.signal.aborted) this.counts.start();
  }

  stopCounting(): void {
    this.counts.stop();
  }

  /** Abort the requests, stop the polling and close the subscription. */
  dispose(): void {
    this.abort.abort();
    this.counts.stop();
    this.ranking.stop();
    this.subscription?.close();
    this.subscription = null;
  }

  /** Apply a frame of this search or of the whole page. `now`: ms of a monotonic clock. */
  applyFrame(frame: Frame, now: number): void {
    switch (frame.type) {
      case "subscribed":
        this.terms = frame.terms;
        this.canonical = frame.query;
        this.problem = null;
        this.list.markChanged();
        return;
      case "history":
        if (this.initialHistory) {
          this.initialHistory.received += frame.posts.length;
          this.liveRange = extend(this.liveRange, frame.posts, null, true);
        }
        this.apply(this.posts.put(frame.posts), now, "history", frame.entered);
        if (frame.done) {
          if (this.initialHistory && this.initialHistory.received < this.spec.depth) this.liveRange = { ...this.liveRange, more: false };
          this.initialHistory = null;
          this.unread.begunAt ??= frame.after ?? null;
          this.isLoaded = true;
          this.laggedAt = null;
        }
        this.list.markChanged();
        return;
      case "posts":
        this.ranking.update(frame.posts);
        return this.apply(this.posts.put(frame.posts), now, "live", frame.entered);
      case "gone":
        return this.retract(frame.posts, now);
      case "deleted":
        this.cardIndex.touchQuotesOf(frame.ids);
        this.ranking.delete(frame.ids, frame.versions);
        return this.apply(this.posts.delete(frame.ids, frame.versions), now, "live");
      case "reset":
        this.isLoaded = false;
        this.liveRange = NOTHING_LOADED;
        this.initialHistory = { received: 0 };
        return this.apply(this.posts.clear(), now, "history");
      case "lagged":
        this.laggedAt = Date.now();
        this.list.markChanged();
        return;
      case "error":
        this.fail(frame.error);
        this.isLoaded = true;
        return;
      default:
        return;
    }
  }

  /** Apply a page of older posts of the API; `next` is the cursor of the store's next page, null at its end. */
  addOlder(posts: readonly Post[], next: string | null, now: number, entered?: Entered): void {
    const range = extend(this.loadedRange, posts, next, next !== null);
    if (this.pausedRange) this.pausedRange.loadedRange = range;
    else this.liveRange = range;
    this.apply(this.posts.put(posts), now, "older", entered);
    this.list.markChanged();
  }

  /** Apply posts that a comparison with the store found: later versions and missed posts. They do not count as arrivals. */
  mergeLater(posts: readonly Post[], now: number): void {
    this.apply(this.posts.put(posts), now, "history");
  }

  /** Remove posts that no longer match, as [id, version]. */
  retract(posts: readonly [string, number][], now: number): void {
    this.ranking.retract(posts);
    this.apply(this.posts.retract(posts), now, "live");
  }

  /** Record the error of the search. */
  fail(problem: Problem): void {
    this.problem = problem;
    this.problemAt = Date.now();
    this.list.markChanged();
  }

  /** Mark a past span as loaded, and keep its cards in their positions from now on. */
  finishSpan(): void {
    this.isLoaded = true;
    this.pauseList();
  }

  private apply(change: StoreChange, now: number, how: "live" | "history" | "older", entered: Entered = {}): void {
    this.arrivedIds = [];
    if (!change.put.length && !change.removed.length && !change.cleared) return;
    this.unread.apply(change, entered, how === "older");
    if (how === "live") {
      this.arrivals.count(change.newCount, now);
      this.spikes.count(change.newCount, now);
    }
    const added = this.cardIndex.apply(change);
    this.arrivedIds = how === "live" ? added : [];
    for (const { post, why } of change.removed) if (why === "trimmed") this.liveRange = truncate(this.liveRange, post.created_at);
    this.list.apply(change, added, how === "older" || (how === "history" && this.initialHistory !== null));
  }

  /** Pause the list for a cause. A past span needs no cause, because its list never moves. */
  hold(cause: PauseCause): void {
    if (!this.isPast && this.pauses.hold(cause)) this.pauseList();
  }

  /** Release a cause of the pause. The list resumes with the last cause. */
  release(cause: PauseCause): void {
    if (this.pauses.release(cause)) this.resumeList();
  }

  /** Return whether a cause pauses the list. */
  isHeldBy(cause: PauseCause): boolean {
    return this.pauses.has(cause);
  }

  /** Resume the list and release every cause. */
  resume(): void {
    if (this.pauses.clear()) this.resumeList();
  }

  private pauseList(): void {
    if (this.ranking.isLoaded) this.ranking.pause();
    this.pausedRange = { from: this.liveRange, loadedRange: this.liveRange };
    this.list.pause();
  }

  private resumeList(): void {
    this.mergePausedRange();
    this.list.resume();
    this.ranking.setOrder(this.list.order);
  }

  /** Keep the older posts that were loaded during the pause, unless the live range changed meanwhile. */
  private mergePausedRange(): void {
    if (this.pausedRange && this.pausedRange.from === this.liveRange) this.liveRange = this.pausedRange.loadedRange;
    this.pausedRange = null;
  }

  /** Set the order of the list, and release every cause of its pause. */
  setOrder(order: Order): void {
    this.pauses.clear();
    this.mergePausedRange();
    this.list.setOrder(order);
    this.ranking.setOrder(order);
    if (this.isPast && this.isLoaded) this.pauseList();
  }

  /** Rank the list with an answer of the store. A past span is ranked as a whole; a paused list asks no more until it resumes. */
  private onRanked(listener: RunListener): void {
    if (this.isPast && this.isLoaded && this.ranking.isLoaded) this.list.pause();
    else this.list.takeStored();
    if (this.list.isPaused && this.ranking.isLoaded) this.ranking.pause();
    listener.onChange();
  }

  /** Return the cards of the list in order; of a ranking the cards of all pages. */
  cards(now: number): Card[] {
    return this.list.cards(now, this.isLoaded);
  }

  /** Return whether a card that a paused list still shows was deleted or retracted. */
  hasLeft(card: Card): boolean {
    if (this.cardIndex.cards.has(card.id) || this.ranking.has(card)) return false;
    return this.posts.isDeleted(card.id) || [...(card.own ? [card.post] : []), ...card.reposts.values()].every((post) => this.posts.isRemoved(post));
  }
}
