/** Fetches what the live connection does not bring: a closed span of time, and posts older than those loaded. */
import { api, ApiError, type Found, type Params } from "../wire/api";
import type { Run } from "./run";

const PAGE = 500;
const OLDER = 100;
/** So many pages are asked for at once at most, where all of a page is there already. */
const PAGES = 10;
/** So many posts a reader who asks for older ones may have in the browser. */
export const LOADED_MOST = 50_000;

/** Load a closed span into a run, newest first, up to its depth. */
export async function loadSpan(run: Run, changed: () => void): Promise<void> {
  const { query, from, to } = run.spec;
  let before: string | null = null;
  try {
    do {
      const params: Params = { q: query, from, to, before, limit: Math.min(PAGE, run.holding.depth) };
      const found = await api.search(params, run.signal);
      run.terms = found.terms;
      run.canonical = found.query;
      run.add(found.posts, found.next, performance.now());
      run.loading = "history";
      before = found.next;
      changed();
    } while (before && run.holding.size < run.holding.depth);
  } catch (error) {
    if (run.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    run.fail(error.fault);
  }
  run.spanned();
  changed();
}

/**
 * Ask again what a loaded span holds: what was withdrawn or edited while nobody could say so leaves, or is renewed. One check at a time.
 * Only posts that were there when the check began can be found to be missing: others may have been loaded meanwhile.
 */
export async function recheckSpan(run: Run, changed: () => void): Promise<void> {
  if (run.rechecking) return;
  run.rechecking = true;
  try {
    await compare(run);
  } catch (error) {
    if (!run.signal.aborted && !(error instanceof ApiError)) throw error;  // it is asked again with the next connection
  } finally {
    run.rechecking = false;
  }
  changed();
}

async function compare(run: Run): Promise<void> {
  const { query, from, to } = run.spec;
  const held = [...run.holding.posts()].map(({ id, version, created_at }) => ({ id, version, created_at }));
  const there = new Set<string>();
  let end = Infinity;
  let before: string | null = null;
  do {
    const found: Found = await api.search({ q: query, from, to, before, limit: PAGE }, run.signal);
    run.renew(found.posts, performance.now());
    for (const { id, created_at } of found.posts) {
      there.add(id);
      end = Math.min(end, created_at);
    }
    before = found.next;
  } while (before && there.size < held.length);
  const left = held.filter((post) => !there.has(post.id) && (!before || post.created_at > end));
  run.lose(left.map(({ id, version }) => [id, version]), performance.now());
}

/** Return whether no older posts are loaded any more, though there may be some. */
export function full(run: Run): boolean {
  return run.holding.size >= LOADED_MOST;
}

/** Load posts older than the list's last. The depth grows by what is asked for: the reader asked. */
export async function loadOlder(run: Run, changed: () => void): Promise<void> {
  if (run.loadingOlder || run.loading !== "ready" || !run.edge.more || full(run)) return;
  const { holding } = run;
  const { query, from } = run.spec;
  const more = (): boolean => run.edge.more;
  run.loadingOlder = true;
  run.olderFault = null;
  changed();
  try {
    let pages = 0;
    let before: number;
    do {
      const { at, next } = run.edge;
      const found = await api.search({ q: query, from, to: Number.isFinite(at) ? at + 1 : null, before: next, limit: OLDER }, run.signal);
      before = holding.size;
      holding.depth = Math.max(holding.depth, before + found.posts.length);
      run.add(found.posts, found.next, performance.now());
    } while (holding.size === before && more() && ++pages < PAGES);
  } catch (error) {
    if (run.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    run.olderFault = error.fault;
  }
  run.loadingOlder = false;
  run.list.touch();
  changed();
}
