/** Fetches what the live connection does not bring: a closed span of time, and posts older than those loaded. */
import { api, ApiError, type Params } from "../wire/api";
import type { Column } from "./column";

const PAGE = 500;
const OLDER = 100;
/** So many pages are asked for at once at most, where all of a page is there already. */
const PAGES = 10;

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
    column.fault = error.fault;
  }
  column.spanned();
  changed();
}

/** Load posts older than the list's last. The depth grows by what is asked for: the reader asked. */
export async function loadOlder(column: Column, changed: () => void): Promise<void> {
  if (column.loadingOlder || column.loading !== "ready" || !column.edge.more) return;
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
