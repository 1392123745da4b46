/**
 * Loaded range: records back to which time every match of a search is loaded, and the cursor with which the store continues. Pure functions
 * extend the range when older posts are loaded, and shorten it when posts are trimmed.
 */

export interface LoadedRange {
  /** Every match written after this time (ms) is loaded. */
  at: number;
  /** Cursor of the store's next page; null before the first page. */
  next: string | null;
  /** Whether the store may have older matches. */
  more: boolean;
}

export const NOTHING_LOADED: LoadedRange = { at: Infinity, next: null, more: true };

/** Return the range after older posts were loaded. `next`: cursor of the store's next page. `more`: whether the store may have older posts. */
export function extend(range: LoadedRange, posts: readonly { created_at: number }[], next: string | null, more: boolean): LoadedRange {
  return { at: posts.reduce((at, post) => Math.min(at, post.created_at), range.at), next, more };
}

/** Return the range after the post of time `at` was trimmed: posts up to that time may be missing, so the range reaches back to `at` at most. */
export function truncate(range: LoadedRange, at: number): LoadedRange {
  return at < range.at ? { ...range, more: true } : { at, next: null, more: true };
}
