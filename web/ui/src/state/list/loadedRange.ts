/** Loaded range: where the loaded posts of a search end, and where the store is asked for older ones. */

export interface LoadedRange {
  /** Every match written after this time (ms) is loaded. */
  at: number;
  /** Cursor of the store's next page; null before the first page. */
  next: string | null;
  /** Whether the store may have older matches. */
  more: boolean;
}

export const NOTHING_LOADED: LoadedRange = { at: Infinity, next: null, more: true };

/** Return the range after older posts were loaded. `next`: the store's next cursor. */
export function extend(range: LoadedRange, posts: readonly { created_at: number }[], next: string | null, more: boolean): LoadedRange {
  return { at: posts.reduce((at, post) => Math.min(at, post.created_at), range.at), next, more };
}

/** Return the range after a post written at `at` was dropped for lack of room: below that time the list has holes. */
export function truncate(range: LoadedRange, at: number): LoadedRange {
  return at < range.at ? { ...range, more: true } : { at, next: null, more: true };
}
