/**
 * Unread posts of one run: the entry number of each held post, and which of them a reader has not read. A post is unread if its number is
 * greater than the marker and it was not read by itself (`seen`). The marker moves only as far as nothing unread lies below it, and never
 * beyond `after`: what has a lesser number may still be on its way (docs/reference/protocol.md, "What is unread").
 *
 * Unread posts that are not held, because the list was trimmed or was never loaded so far back, are only counted. While there are any, or it
 * is not known, the marker moves only when the reader marks everything as read.
 */
import type { StoreChange } from "../../posts/postStore";

/** Entry numbers by id; for other posts it is the first number. */
export type Entered = Readonly<Record<string, number>>;

/** Answer of the server: how many stored posts with a number up to `after` are unread. */
export interface StoredUnread {
  readonly unread: number;
  readonly more: boolean;
  readonly after: number;
}

/** Posts that were read by themselves and are remembered at most, the last ones. */
export const SEEN_MAX = 2_000;

export class UnreadPosts {
  /** Greatest number up to which everything is read; null until the column has one. */
  read: number | null = null;
  /** Greatest number up to which everything has been received; null until the history is complete. */
  after: number | null = null;
  /** Number up to which the first complete history told everything; null before. A column that begins is read up to here. */
  begunAt: number | null = null;
  /** Number of unread posts that are not held; null while it is not known. */
  unheld: number | null = null;
  /** Whether there are more unread posts than the server counted. */
  hasMore = false;
  /** Grows with every change. */
  revision = 0;
  /** Numbers above the marker of the held posts. */
  private readonly numbers = new Map<string, number>();
  private seen = new Map<string, number>();
  private answer: StoredUnread | null = null;

  /** Apply a change of the post store. `older`: the posts are those of an older page, which were counted as not held. */
  apply(change: StoreChange, entered: Entered, older: boolean): void {
    if (change.cleared) {
      this.numbers.clear();
      [this.unheld, this.hasMore, this.answer] = [null, false, null];
    }
    for (const post of change.put) {
      const isNew = !this.numbers.has(post.id);
      const number = entered[post.id] ?? post.first_seq ?? 0;
      if (this.read === null || number > this.read) this.numbers.set(post.id, number);
      else this.numbers.delete(post.id);
      if (older && isNew && this.unheld && this.isUnread(post.id)) this.unheld--;
    }
    for (const { post, why } of change.removed) {
      if (why === "trimmed" && this.isUnread(post.id)) this.unheld = (this.unheld ?? 0) + 1;
      this.numbers.delete(post.id);
    }
    this.revision++;
  }

  isUnread(id: string): boolean {
    const number = this.numbers.get(id);
    return number !== undefined && this.read !== null && number > this.read && this.seen.get(id) !== number;
  }

  /** Return the ids of the held unread posts. */
  ids(): string[] {
    return this.read === null ? [] : [...this.numbers.keys()].filter((id) => this.isUnread(id));
  }

  /** Take a marker. Of two the greater one counts. */
  moveTo(read: number): void {
    if (read <= (this.read ?? -1)) return;
    this.read = read;
    for (const kept of [this.numbers, this.seen]) for (const [id, number] of kept) if (number <= read) kept.delete(id);
    this.revision++;
  }

  /** Take what the server counted. It holds once everything up to its number has been received. */
  takeStored(answer: StoredUnread): void {
    this.answer = answer;
    this.advance(this.after);
  }

  /** Take the number up to which everything has been received. */
  advance(after: number | null): void {
    this.after = after;
    if (!this.answer || after === null || after < this.answer.after) return;
    const { unread, more, after: until } = this.answer;
    const held = [...this.numbers].filter(([, number]) => number > (this.read ?? 0) && number <= until).length;
    [this.unheld, this.hasMore, this.answer] = [Math.max(0, unread - held), more, null];
    this.revision++;
  }

  /** Note that everything unread is held. */
  noneUnheld(): void {
    if (this.unheld === null) [this.unheld, this.revision] = [0, this.revision + 1];
  }

  /** Note that posts were read. `rest`: so were the unread posts that are not held. */
  see(ids: Iterable<string>, rest = false): void {
    for (const id of ids) {
      const number = this.numbers.get(id);
      if (number !== undefined && number > (this.read ?? 0)) this.seen.set(id, number);
    }
    if (this.seen.size > SEEN_MAX) this.seen = new Map([...this.seen].slice(-SEEN_MAX));
    if (rest) [this.unheld, this.hasMore, this.answer] = [0, false, null];
    this.revision++;
  }

  /** Move the marker as far as it may go, and return it. `ignored`: posts that do not hold it back, because they are hidden. */
  settle(ignored: (id: string) => boolean = () => false): number | null {
    if (this.read === null || this.after === null || this.unheld !== 0) return this.read;
    let to = this.after;
    for (const id of this.ids()) if (!ignored(id)) to = Math.min(to, (this.numbers.get(id) as number) - 1);
    this.moveTo(to);
    return this.read;
  }

  /** Posts that were read although their number is above the marker, to be kept over a reload. */
  get readAbove(): ReadonlyMap<string, number> {
    return this.seen;
  }

  /** Take posts that were read before the page was loaded, or by the run before. */
  restore(readAbove: Iterable<readonly [string, number]>): void {
    for (const [id, number] of readAbove) if (number > (this.read ?? -1)) this.seen.set(id, number);
    this.revision++;
  }
}
