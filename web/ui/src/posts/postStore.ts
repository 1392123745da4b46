/**
 * What one column holds: the posts of its search, each once, in the greatest version seen (docs/design/delivery.md).
 *
 * The wire is at least once; merging by (id, version) makes it exactly once. Versions that stopped matching and ids that
 * were withdrawn are remembered, because a slower worker may still send an older version. No clock, no network: the same
 * frames give the same holding, in whatever order they come.
 */
import { FRESH_MS, type Post } from "../wire/post";
import { BoundedMap } from "./boundedMap";
import { SortedList } from "./sortedList";

export interface StoreChange {
  put: Post[];
  /** How many of them were not held before in another version. */
  newCount: number;
  removed: { post: Post; why: "retracted" | "deleted" | "trimmed" }[];
  cleared: boolean;
}

export const REMEMBERED_IDS_MAX = 100_000;

interface Row {
  id: string;
  sortTime: number;
  post: Post;
}

/** Ids of posts that were withdrawn at their source, whatever the search. A page has one such list: a new search forgets none of it. */
export class DeletedIds {
  private readonly ids = new BoundedMap<string, true>(REMEMBERED_IDS_MAX);

  add(ids: readonly string[]): void {
    for (const id of ids) this.ids.set(id, true);
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }
}

export class PostStore {
  private readonly rows = new Map<string, Row>();
  private readonly byTime = new SortedList<Row>();
  /** Versions that do not match this search, by post: of another search the same versions may be matches. */
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

  /** Return whether an id was withdrawn at its source. */
  isDeleted(id: string): boolean {
    return this.deletedIds.has(id);
  }

  /** Return whether a post was withdrawn or, as it is, does not match any more; held or not. */
  isRemoved(post: Post): boolean {
    return this.deletedIds.has(post.id) || this.deletedIds.has(post.repost_of) || (this.retractedVersions.get(post.id) ?? -1) >= post.version;
  }

  /** Posts newest first. */
  *newestFirst(): IterableIterator<Post> {
    for (const row of this.byTime.newestFirst()) yield row.post;
  }

  get oldest(): Post | undefined {
    return this.byTime.oldest?.post;
  }

  get newest(): Post | undefined {
    return this.byTime.newest?.post;
  }

  /** Merge posts; those beyond the depth leave at the old end. */
  put(posts: readonly Post[]): StoreChange {
    const change = unchanged();
    for (const post of posts) {
      if (this.isRemoved(post)) continue;
      const held = this.rows.get(post.id);
      if (held && !isNewer(post, held.post)) continue;
      if (held) this.byTime.remove(held);
      else change.newCount++;
      const row = { id: post.id, sortTime: post.created_at, post };
      this.rows.set(post.id, row);
      this.byTime.put(row);
      change.put.push(post);
    }
    this.trim(change);
    return change;
  }

  /** Take out what no longer matches, unless a later version that does is held. */
  retract(pairs: readonly [string, number][]): StoreChange {
    const change = unchanged();
    for (const [id, version] of pairs) {
      if ((this.retractedVersions.get(id) ?? -1) < version) this.retractedVersions.set(id, version);
      const held = this.rows.get(id);
      if (held && held.post.version <= version) this.remove(held, "retracted", change);
    }
    return change;
  }

  /** Take out what was withdrawn, reposts of it included, for good. */
  delete(ids: readonly string[]): StoreChange {
    const change = unchanged();
    const withdrawn = new Set(ids);
    this.deletedIds.add(ids);
    for (const id of ids) {
      const held = this.rows.get(id);
      if (held) this.remove(held, "deleted", change);
    }
    for (const row of this.rows.values())
      if (row.post.repost_of && withdrawn.has(row.post.repost_of)) this.remove(row, "deleted", change);
    return change;
  }

  /** Forget the posts, as `reset` asks; what was lost or withdrawn stays known. */
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

function isNewer(post: Post, held: Post): boolean {
  if (post.version !== held.version) return post.version > held.version;
  return (post.original?.version ?? 0) > (held.original?.version ?? 0);
}

/** Return whether a post was first seen about when it was written. */
export function seenWhenWritten(post: Post): boolean {
  return post.received_at - post.created_at < FRESH_MS;
}
