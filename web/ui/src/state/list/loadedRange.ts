/** Where what is loaded ends: from here on the store is asked for more. */

export interface Edge {
  /** All matches written later are loaded, ms. */
  at: number;
  /** Where the store's last page ended, for the next one; null before the first. */
  next: string | null;
  /** Whether the store may have more. */
  more: boolean;
}

/** Nothing is loaded yet. */
export const NOWHERE: Edge = { at: Infinity, next: null, more: true };

/** Return the edge after posts were loaded beyond it. */
export function beyond(edge: Edge, posts: readonly { created_at: number }[], next: string | null, more: boolean): Edge {
  return { at: posts.reduce((at, post) => Math.min(at, post.created_at), edge.at), next, more };
}

/** Return the edge after a post was dropped for want of room: from there on there are holes. */
export function dropped(edge: Edge, at: number): Edge {
  return at < edge.at ? { ...edge, more: true } : { at, next: null, more: true };
}
