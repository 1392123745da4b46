/**
 * Post store: keeps the posts of one search, each once and in the greatest version seen, newest first, and trims the oldest beyond the
 * depth. It applies retractions (a post no longer matches) and deletions, and returns each change for the card index
 * (docs/design/delivery.md).
 *
 * The server delivers at least once; merging by (id, version) gives exactly once. The store is a last-writer-wins set with tombstones: it
 * remembers retracted versions and deleted ids (`DeletedIds`, shared by all searches of a page), because a slower worker may still send an
 * older version. The store reads no clock and no network, so the same frames give the same content in any order.
 */
import { FRESH_MS, type Post } from "../wire/post";
import { BoundedMap } from "./boundedMap";
import { SortedList } from "./sortedList";

export interface StoreChange {
  put: Post[];
  /** Number of posts in `put` of which no version was stored before. */
  newCount: number;
  removed: { post: Post; why: "retracted" | "deleted" | "trimmed" }[];
  cleared: boolean;
}

/** Tombstones that are kept at most, of deleted ids and of retracted versions each. */
export const REMEMBERED_IDS_MAX = 100_000;

interface Row {
  id: string;
  sortTime: number;
  post: Post;
}

/** Tombstones of the posts that were deleted at their source. All searches of a page share them, so that a new search keeps them. */
export class DeletedIds {
  /** By id: the least `rewritten` of a post that is shown again; -1 after such a post came. */
  private readonly ids = new BoundedMap<string, number>(REMEMBERED_IDS_MAX);

  /** Note deletions, with the versions of those whose ids may be used again. */
  add(ids: readonly string[], versions: Readonly<Record<string, number>> = {}): void {
    for (const id of ids) this.ids.set(id, Math.max(versions[id] ?? 1, this.ids.get(id) ?? 1));
  }

  has(id: string): boolean {
    return (this.ids.get(id) ?? -1) >= 0;
  }

  /** Note the deletion of a post that is known, of unknown version. */
  addPost(post: Post): void {
    this.ids.set(post.id, Math.max(post.rewritten ?? 0, this.ids.get(post.id) ?? 1));
  }

  /** Return whether a post was deleted, and was not written again under its id since. */
  refuses(id: string, rewritten: number): boolean {
    return this.has(id) && rewritten < (this.ids.get(id) ?? 0);
  }

  /** Forget the deletion of a post that was written again. */
  accept(id: string): void {
    if (this.has(id)) this.ids.set(id, -1);
  }
}

export class PostStore {
  private readonly rows = new Map<string, Row>();
  private readonly byTime = new SortedList<Row>();
  /** Greatest retracted version by post id. They belong to one search: the same versions may match another search. */
  private readonly retractedVersions = new BoundedMap<string, number>(REMEMBERED_IDS_MAX);

  constructor(
    public depth: number,
    private readonly deletedIds = new DeletedIds(),
  ) {}

  get size(): number {
    return this.rows.size;
  }

  get(id: string): Post | undefined {
    return this.rows.get(id)?.post;
  }

  /** Return whether a post was deleted at its source. */
  isDeleted(id: string): boolean {
    return this.deletedIds.has(id);
  }

  /** Return whether a post was deleted, or this version of it was retracted, whether or not the post is stored. */
  isRemoved(post: Post): boolean {
    const isDeleted =
      this.deletedIds.refuses(post.id, post.rewritten ?? 0) || this.deletedIds.refuses(post.repost_of, post.original?.rewritten ?? 0);
    return isDeleted || (this.retractedVersions.get(post.id) ?? -1) >= post.version;
  }

  /** Iterate over the posts, newest first. */
  *newestFirst(): IterableIterator<Post> {
    for (const row of this.byTime.newestFirst()) yield row.post;
  }

  get oldest(): Post | undefined {
    return this.byTime.oldest?.post;
  }

  get newest(): Post | undefined {
    return this.byTime.newest?.post;
  }

  /** Merge posts. The oldest posts beyond the depth are trimmed. */
  put(posts: readonly Post[]): StoreChange {
    const change = unchanged();
    for (const post of posts) {
      if (this.isRemoved(post)) continue;
      this.deletedIds.accept(post.id);
      const stored = this.rows.get(post.id);
      if (stored && !isNewer(post, stored.post)) continue;
      if (stored) this.byTime.remove(stored);
      else change.newCount++;
      const row = { id: post.id, sortTime: post.created_at, post };
      this.rows.set(post.id, row);
      this.byTime.put(row);
      change.put.push(post);
    }
    this.trim(change);
    return change;
  }

  /** Remove the posts that no longer match, as [id, version]. A later version that is stored stays. */
  retract(pairs: readonly [string, number][]): StoreChange {
    const change = unchanged();
    for (const [id, version] of pairs) {
      if ((this.retractedVersions.get(id) ?? -1) < version) this.retractedVersions.set(id, version);
      const stored = this.rows.get(id);
      if (stored && stored.post.version <= version) this.remove(stored, "retracted", change);
    }
    return change;
  }

  /** Remove deleted posts and their reposts, and refuse them from now on. A post that was written again since stays. */
  delete(ids: readonly string[], versions: Readonly<Record<string, number>> = {}): StoreChange {
    const change = unchanged();
    const deleted = new Set(ids);
    this.deletedIds.add(ids, versions);
    for (const id of ids) {
      const stored = this.rows.get(id);
      if (!stored) continue;
      if ((stored.post.rewritten ?? 0) >= (versions[id] ?? Infinity)) {
        this.deletedIds.accept(id);
        deleted.delete(id);
        continue;
      }
      if (!(id in versions)) this.deletedIds.addPost(stored.post);
      this.remove(stored, "deleted", change);
    }
    for (const row of this.rows.values())
      if (row.post.repost_of && deleted.has(row.post.repost_of)) this.remove(row, "deleted", change);
    return change;
  }

  /** Remove all posts, as the frame `reset` asks. The tombstones stay. */
  clear(): StoreChange {
    this.rows.clear();
    this.byTime.clear();
    return { ...unchanged(), cleared: true };
  }

  private remove(row: Row, why: "retracted" | "deleted" | "trimmed", change: StoreChange): void {
    this.rows.delete(row.id);
    this.byTime.remove(row);
    change.removed.push({ post: row.post, why });
  }

  private trim(change: StoreChange): void {
    while (this.byTime.size > this.depth) this.remove(this.byTime.oldest as Row, "trimmed", change);
  }
}

function unchanged(): StoreChange {
  return { put: [], newCount: 0, removed: [], cleared: false };
}

function isNewer(post: Post, stored: Post): boolean {
  if (post.version !== stored.version) return post.version > stored.version;
  return (post.original?.version ?? 0) > (stored.original?.version ?? 0);
}

/** Return whether the server received a post soon after it was written. */
export function seenWhenWritten(post: Post): boolean {
  return post.received_at - post.created_at < FRESH_MS;
}
