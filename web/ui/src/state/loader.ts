/** Fetches what the live connection does not bring: a closed span of time, and posts older than those loaded. */
import { api, ApiError, type Params } from "../wire/api";
import type { Column } from "./column";

const PAGE = 500;
const OLDER = 100;

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
      column.add(found.posts, performance.now());
      column.loading = "history";
      before = found.next;
      changed();
    } while (before && column.holding.size < column.holding.depth);
    column.moreStored = before !== null;
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    column.fault = error.fault;
  }
  column.loading = "ready";
  column.revision++;
  changed();
}

/** Load posts older than the oldest loaded. The depth grows by what is asked for: the reader asked. */
export async function loadOlder(column: Column, changed: () => void): Promise<void> {
  const oldest = column.holding.oldest;
  if (!oldest || column.loadingOlder || !column.moreStored) return;
  column.loadingOlder = true;
  changed();
  try {
    const { query, from } = column.place;
    const holding = column.holding;
    const found = await api.search({ q: query, from, to: oldest.created_at + 1, limit: OLDER });
    if (holding === column.holding) {
      const before = holding.size;
      holding.depth = Math.max(holding.depth, before + found.posts.length);
      column.add(found.posts, performance.now());
      column.moreStored = holding.size > before;
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    column.moreStored = false;
  }
  column.loadingOlder = false;
  column.revision++;
  changed();
}
