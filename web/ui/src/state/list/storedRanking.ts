/**
 * Stored ranking: the originals of a search in an order, as the API ranks them over all that is stored. It is requested again at most every
 * 5 s, less often the more an answer costs the server, and holds as many originals as the shown page needs. Its posts are kept beside those
 * of the run: they are not part of the loaded range, and later versions, retractions and deletions reach them as well.
 *
 * *Reposted here* counts loaded reposts and has no stored ranking.
 */
import { type Card, CardIndex } from "../../posts/cardIndex";
import { type DeletedIds, PostStore, type StoreChange } from "../../posts/postStore";
import type { Order } from "../../posts/ranking";
import { api, ApiError, type SearchPage } from "../../wire/api";
import type { Post } from "../../wire/post";
import type { Route } from "../page/route";
import { Poller } from "../poller";

/** Milliseconds between two requests of a ranking, at least. */
export const RANKED_EVERY_MS = 5_000;
/** Originals that a ranking requests at least, and that one request returns at most. */
const REQUESTED_MIN = 100;
const REQUESTED_MAX = 500;
/** Originals that a ranking holds at most. */
const RANKED_MAX = 5_000;

type Ranked = Pick<SearchPage, "posts" | "values" | "matching" | "took_ms">;

export class StoredRanking {
  /** Number of originals that were ranked; null until the first answer. */
  matching: number | null = null;
  /** Message of the error of the last request; null while answers arrive. */
  problem: string | null = null;
  private readonly posts: PostStore;
  private readonly index = new CardIndex();
  /** Numbers by which the store ranked originals, by id. */
  private readonly values = new Map<string, number>();
  private order: Order;
  private needed = REQUESTED_MIN;
  private isWanted = false;
  /** Whether the reader has chosen an order or a page since the last answer. */
  private isAsked = true;
  private everyMs = RANKED_EVERY_MS;

  private readonly poller = new Poller<Ranked>({
    request: (signal) => this.request(signal),
    onAnswer: (found) => this.take(found),
    onProblem: (error) => this.fail(error),
  }, () => this.everyMs);

  constructor(
    private readonly route: Readonly<Route>,
    deletedIds: DeletedIds,
    /** Called when an answer or an error has arrived; `isAsked`: the first one since the reader chose an order or a page. */
    private readonly changed: (isAsked: boolean) => void,
  ) {
    this.order = route.order;
    this.posts = new PostStore(RANKED_MAX, deletedIds);
  }

  /** Whether the order is ranked by the store. */
  get isUsed(): boolean {
    return this.order !== "latest" && this.order !== "inview";
  }

  /** Whether the first answer of the order has arrived. */
  get isLoaded(): boolean {
    return this.matching !== null;
  }

  /** Rank in another order, or in the same one anew. */
  setOrder(order: Order): void {
    if (order !== this.order) {
      this.order = order;
      this.needed = REQUESTED_MIN;
      this.forget();
    }
    this.isAsked = true;
    this.poll();
  }

  /** Request the ranking at intervals until `stop`; now as well, if `now` is set and it was not requested before. */
  start(everyMs: number, now: boolean): void {
    this.everyMs = Math.max(RANKED_EVERY_MS, everyMs);
    if (this.isWanted) return;
    this.isWanted = true;
    if (now) this.poll();
  }

  /** Request the ranking no more. `pause` does so until `setOrder`, `need` or `start`, `stop` until `start`. */
  stop(): void {
    this.isWanted = false;
    this.poller.stop();
  }

  pause(): void {
    this.poller.stop();
  }

  private poll(): void {
    if (this.isWanted && this.isUsed) this.poller.start();
    else this.poller.stop();
  }

  /** Note that so many originals are needed; if they are more than those at hand, request them. */
  need(count: number): void {
    this.needed = Math.min(RANKED_MAX, Math.max(REQUESTED_MIN, count));
    if (this.isUsed && this.posts.size < Math.min(this.needed, this.matching ?? Infinity)) {
      this.isAsked = true;
      this.poll();
    }
  }

  /** Return the cards of the ranked originals that a run has not loaded itself. */
  cardsBeside(loaded: CardIndex): Card[] {
    return this.isUsed ? [...this.index.latest.newestFirst()].filter((card) => !loaded.cards.has(card.id)) : [];
  }

  /** Return the number of cards of all pages, of which `shown` are at hand. How many of the others a filter hides is not known. */
  totalOf(shown: number, isFiltered: boolean): number {
    return this.isUsed && !isFiltered ? Math.max(shown, Math.min(RANKED_MAX, this.matching ?? 0)) : shown;
  }

  /** Return what the store ranked a card by; null where it is not among the ranked. */
  valueOf(card: Card): number | null {
    return this.values.get(card.id) ?? null;
  }

  /** Return whether a card is one of the ranked originals. */
  has(card: Card): boolean {
    return this.index.cards.has(card.id);
  }

  /** Take later versions of posts that are ranked. */
  update(posts: readonly Post[]): void {
    const known = posts.filter((post) => this.posts.get(post.id));
    if (known.length) this.index.apply(this.posts.put(known));
  }

  retract(posts: readonly [string, number][]): void {
    this.apply(this.posts.retract(posts));
  }

  delete(ids: readonly string[], versions: Readonly<Record<string, number>> | undefined): void {
    this.apply(this.posts.delete(ids, versions));
  }

  private apply(change: StoreChange): void {
    this.index.apply(change);
    if (this.matching !== null) this.matching = Math.max(0, this.matching - change.removed.length);
  }

  private async request(signal: AbortSignal): Promise<Ranked> {
    const { query, from, to } = this.route;
    const all = { posts: [] as Post[], values: [] as number[], matching: null as number | null, took_ms: 0 };
    let before: string | null = null;
    do {
      const limit = Math.min(REQUESTED_MAX, this.needed - all.posts.length);
      const page: SearchPage = await api.search({ q: query, from, to, sort: this.order, originals: "true", limit, before }, signal);
      all.posts.push(...page.posts);
      all.values.push(...(page.values ?? []));
      all.matching ??= page.matching ?? null;
      all.took_ms += page.took_ms;
      before = page.next;
    } while (before && all.posts.length < this.needed);
    return all;
  }

  private take({ posts, values, matching }: Ranked): void {
    this.forget();
    this.index.apply(this.posts.put(posts));
    posts.forEach((post, at) => this.values.set(post.id, values?.[at] ?? -1));
    this.matching = matching ?? posts.length;
    this.problem = null;
    this.report();
  }

  private fail(error: ApiError): void {
    this.problem = error.message;
    if (error.status === 400) this.poller.stop();
    this.report();
  }

  private report(): void {
    const { isAsked } = this;
    this.isAsked = false;
    this.changed(isAsked);
  }

  private forget(): void {
    this.index.apply(this.posts.clear());  // what was retracted stays away: an answer may be older than the retraction
    this.values.clear();
    this.matching = null;
  }
}
