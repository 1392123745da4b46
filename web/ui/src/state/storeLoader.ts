/**
 * Store loader: fetches stored posts from the API into a run: a past span page by page up to the depth of the run, and older posts that a
 * reader requests, up to 50,000 posts. It also compares a loaded past span with the store: posts that the store no longer has leave the
 * run, edited ones are updated. API errors become the problem of the run, or that of its older posts; those of a comparison are ignored.
 */
import { api, ApiError, type SearchPage, type Params } from "../wire/api";
import type { Run } from "./run";

/** Posts that one request of a past span returns at most. */
const SPAN_PAGE_SIZE = 500;
/** Posts that one request of older posts returns at most. */
const OLDER_PAGE_SIZE = 100;
/** Pages that one call of `loadOlder` fetches at most while every post of a page is loaded already. */
const OLDER_PAGES_MAX = 10;
/** Posts that a run keeps at most when a reader loads older posts. */
export const LOADED_MAX = 50_000;

/** Load a past span into a run, newest first, up to the depth of the run. An API error becomes the problem of the run. */
export async function loadSpan(run: Run, changed: () => void): Promise<void> {
  const { query, from, to } = run.spec;
  let before: string | null = null;
  try {
    do {
      const params: Params = { q: query, from, to, before, limit: Math.min(SPAN_PAGE_SIZE, run.posts.depth) };
      const found = await api.search(params, run.signal);
      run.terms = found.terms;
      run.canonical = found.query;
      run.addOlder(found.posts, found.next, performance.now(), found.entered);
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
 * Compare a loaded past span with the store: posts that were deleted meanwhile leave, edited posts are updated. A past span has no
 * subscription that reports such changes. One comparison of a run is active at a time. Only posts that were loaded when the comparison
 * began can turn out to be missing, because others may be loaded meanwhile.
 */
export async function recheckSpan(run: Run, changed: () => void): Promise<void> {
  if (run.rechecking) return;
  run.rechecking = true;
  try {
    await compareWithStore(run);
  } catch (error) {
    if (!run.signal.aborted && !(error instanceof ApiError)) throw error;  // an API error is ignored: the next connection compares again
  } finally {
    run.rechecking = false;
  }
  changed();
}

async function compareWithStore(run: Run): Promise<void> {
  const { query, from, to } = run.spec;
  const loaded = [...run.posts.newestFirst()].map(({ id, version, created_at }) => ({ id, version, created_at }));
  const stored = new Set<string>();
  let end = Infinity;
  let before: string | null = null;
  do {
    const found: SearchPage = await api.search({ q: query, from, to, before, limit: SPAN_PAGE_SIZE }, run.signal);
    run.mergeLater(found.posts, performance.now());
    for (const { id, created_at } of found.posts) {
      stored.add(id);
      end = Math.min(end, created_at);
    }
    before = found.next;
  } while (before && stored.size < loaded.length);
  const missing = loaded.filter((post) => !stored.has(post.id) && (!before || post.created_at > end));
  run.retract(missing.map(({ id, version }) => [id, version]), performance.now());
}

/** Return whether a run has reached the limit of loaded posts, even if the store has older ones. */
export function isFull(run: Run): boolean {
  return run.posts.size >= LOADED_MAX;
}

/** Load a page of posts older than the last loaded post. The depth of the run grows with the page, so that nothing is trimmed for it. */
export async function loadOlder(run: Run, changed: () => void): Promise<void> {
  if (run.loadingOlder || !run.isLoaded || !run.loadedRange.more || isFull(run)) return;
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
      run.addOlder(found.posts, found.next, performance.now(), found.entered);
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
