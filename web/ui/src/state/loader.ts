/** Fetches what the live connection does not bring: a closed span of time, and posts older than those loaded. */
import { api, ApiError, type Found, type Params } from "../wire/api";
import type { Column } from "./column";

const PAGE = 500;
const OLDER = 100;
/** So many pages are asked for at once at most, where all of a page is there already. */
const PAGES = 10;
/** So many posts a reader who asks for older ones may have in the browser. */
export const LOADED_MOST = 50_000;

/** Load a closed span into a column, newest first, up to its depth. */
export async function loadSpan(column: Column, signal: AbortSignal, changed: () => void): Promise<void> {
  const { query, from, to } = column.place;
  let before: string | null = null;
  try {
    do {
      const params: Params = { q: query, from, to, before, limit: Math.min(PAGE, column.holding.depth) };
      const found = await api.search(params, signal);
      column.terms = found.terms;
      column.canonical = found.query;
      column.add(found.posts, found.next, performance.now());
      column.loading = "history";
      before = found.next;
      changed();
    } while (before && column.holding.size < column.holding.depth);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    column.fail(error.fault);
  }
  column.spanned();
  changed();
}

/** Ask again what a loaded span holds: what was withdrawn or edited while nobody could say so leaves, or is renewed. */
export async function recheckSpan(column: Column, signal: AbortSignal, changed: () => void): Promise<void> {
  const { query, from, to } = column.place;
  const { holding } = column;
  const there = new Set<string>();
  let end = Infinity;
  let before: string | null = null;
  try {
    do {
      const found: Found = await api.search({ q: query, from, to, before, limit: PAGE }, signal);
      column.take({ type: "posts", key: "", after: 0, posts: found.posts }, performance.now());
      for (const { id, created_at } of found.posts) {
        there.add(id);
        end = Math.min(end, created_at);
      }
      before = found.next;
    } while (before && there.size < holding.size);
  } catch (error) {
    if (signal.aborted || error instanceof ApiError) return;  // it is asked again with the next connection
    throw error;
  }
  const left = [...holding.posts()].filter((post) => !there.has(post.id) && (!before || post.created_at > end));
  column.take({ type: "gone", key: "", posts: left.map(({ id, version }) => [id, version]) }, performance.now());
  changed();
}

/** Return whether no older posts are loaded any more, though there may be some. */
export function full(column: Column): boolean {
  return column.holding.size >= LOADED_MOST;
}

/** Load posts older than the list's last. The depth grows by what is asked for: the reader asked. */
export async function loadOlder(column: Column, changed: () => void): Promise<void> {
  if (column.loadingOlder || column.loading !== "ready" || !column.edge.more || full(column)) return;
  const { holding } = column;
  const { query, from } = column.place;
  const more = (): boolean => column.edge.more;
  column.loadingOlder = true;
  column.olderFault = null;
  changed();
  try {
    let pages = 0;
    let before: number;
    do {
      const { at, next } = column.edge;
      const found = await api.search({ q: query, from, to: Number.isFinite(at) ? at + 1 : null, before: next, limit: OLDER });
      if (holding !== column.holding) return;
      before = holding.size;
      holding.depth = Math.max(holding.depth, before + found.posts.length);
      column.add(found.posts, found.next, performance.now());
    } while (holding.size === before && more() && ++pages < PAGES);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (holding === column.holding) column.olderFault = error.fault;
  }
  if (holding === column.holding) column.loadingOlder = false;
  column.revision++;
  changed();
}
