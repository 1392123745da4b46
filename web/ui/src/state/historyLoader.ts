/** Fetches what the live connection does not bring: a closed span of time, and posts older than those loaded. */
import { api, ApiError, type SearchPage, type Params } from "../wire/api";
import type { Run } from "./run";

const SPAN_PAGE_SIZE = 500;
const OLDER_PAGE_SIZE = 100;
/** So many pages are asked for at once at most, where all of a page is there already. */
const OLDER_PAGES_MAX = 10;
/** So many posts a reader who asks for older ones may have in the browser. */
export const LOADED_MAX = 50_000;

/** Load a closed span into a run, newest first, up to its depth. */
export async function loadSpan(run: Run, changed: () => void): Promise<void> {
  const { query, from, to } = run.spec;
  let before: string | null = null;
  try {
    do {
      const params: Params = { q: query, from, to, before, limit: Math.min(SPAN_PAGE_SIZE, run.posts.depth) };
      const found = await api.search(params, run.signal);
      run.terms = found.terms;
      run.canonical = found.query;
      run.addOlder(found.posts, found.next, performance.now());
      run.loading = "history";
      before = found.next;
      changed();
    } while (before && run.posts.size < run.posts.depth);
  } catch (error) {
    if (run.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    run.fail(error.problem);
  }
  run.finishSpan();
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
    await compareWithStore(run);
  } catch (error) {
    if (!run.signal.aborted && !(error instanceof ApiError)) throw error;  // it is asked again with the next connection
  } finally {
    run.rechecking = false;
  }
  changed();
}

async function compareWithStore(run: Run): Promise<void> {
  const { query, from, to } = run.spec;
  const held = [...run.posts.newestFirst()].map(({ id, version, created_at }) => ({ id, version, created_at }));
  const there = new Set<string>();
  let end = Infinity;
  let before: string | null = null;
  do {
    const found: SearchPage = await api.search({ q: query, from, to, before, limit: SPAN_PAGE_SIZE }, run.signal);
    run.mergeLater(found.posts, performance.now());
    for (const { id, created_at } of found.posts) {
      there.add(id);
      end = Math.min(end, created_at);
    }
    before = found.next;
  } while (before && there.size < held.length);
  const left = held.filter((post) => !there.has(post.id) && (!before || post.created_at > end));
  run.retract(left.map(({ id, version }) => [id, version]), performance.now());
}

/** Return whether no older posts are loaded any more, though there may be some. */
export function isFull(run: Run): boolean {
  return run.posts.size >= LOADED_MAX;
}

/** Load posts older than the list's last. The depth grows by what is asked for: the reader asked. */
export async function loadOlder(run: Run, changed: () => void): Promise<void> {
  if (run.loadingOlder || run.loading !== "ready" || !run.loadedRange.more || isFull(run)) return;
  const { posts } = run;
  const { query, from } = run.spec;
  const more = (): boolean => run.loadedRange.more;
  run.loadingOlder = true;
  run.olderProblem = null;
  changed();
  try {
    let pages = 0;
    let before: number;
    do {
      const { at, next } = run.loadedRange;
      const found = await api.search({ q: query, from, to: Number.isFinite(at) ? at + 1 : null, before: next, limit: OLDER_PAGE_SIZE }, run.signal);
      before = posts.size;
      posts.depth = Math.max(posts.depth, before + found.posts.length);
      run.addOlder(found.posts, found.next, performance.now());
    } while (posts.size === before && more() && ++pages < OLDER_PAGES_MAX);
  } catch (error) {
    if (run.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    run.olderProblem = error.problem;
  }
  run.loadingOlder = false;
  run.list.markChanged();
  changed();
}
