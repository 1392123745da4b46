/**
 * "What changed": compares a span of the selected column with an earlier one, on demand: the last hour, or the chosen time, with the span
 * before, a day or a week earlier. Only answers of the server count: numbers of posts, gaps of both spans, words, and authors that wrote
 * nothing in the earlier span.
 */
import { changedWords, percentChange, type CountedWords, type WordChange } from "../stats/spanChanges";
import { api, ApiError, type Timeline, type Top, type TopItem } from "../wire/api";
import type { Gap } from "../wire/frame";
import { termOf } from "../query/editQuery";
import type { Route } from "./page/route";

export const AGAINST = ["before", "day", "week"] as const;
export type Against = (typeof AGAINST)[number];

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Changes {
  readonly now: Span;
  readonly before: Span;
  readonly posts: { readonly now: number; readonly before: number; readonly percent: number | null };
  readonly risen: readonly WordChange[];
  readonly fallen: readonly WordChange[];
  /** Authors among the most active of the span that wrote nothing that matches in the earlier one. */
  readonly newAuthors: readonly TopItem[];
  readonly gaps: { readonly now: readonly Gap[]; readonly before: readonly Gap[] };
  /** Posts over which the words were counted, and posts that match; null where all of both spans were counted. */
  readonly sample: { readonly counted: number; readonly matching: number } | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EARLIER_MS: Record<Against, number> = { before: 0, day: DAY_MS, week: 7 * DAY_MS };
const WORDS_MAX = 250;
const SHOWN_MAX = 10;
/** Authors that are looked for in the earlier span one by one, where its list does not hold all authors. */
const LOOKED_FOR_MAX = 10;

/** Return the span that is compared, and the earlier one. Without a chosen time it is the last hour, to the full minute. */
export function spansOf({ from, to }: Pick<Route, "from" | "to">, against: Against, now: number): { now: Span; before: Span } {
  const end = to ?? Math.floor(now / 60_000) * 60_000;
  const begin = from ?? end - HOUR_MS;
  const earlier = Math.max(EARLIER_MS[against], end - begin);
  return { now: { from: begin, to: end }, before: { from: begin - earlier, to: end - earlier } };
}

export class ChangesState {
  shown = false;
  against: Against = "before";
  changes: Changes | null = null;
  problem: string | null = null;
  loading = false;
  private abort = new AbortController();

  constructor(
    private readonly route: () => Route | null,
    private readonly changed: () => void,
    private readonly onSignedOut: () => void,
  ) {}

  /** Show the comparison, or close it. */
  toggle(): void {
    this.shown = !this.shown;
    if (this.shown) void this.compare();
    else this.clear();
    this.changed();
  }

  choose(against: Against): void {
    this.against = against;
    void this.compare();
  }

  /** Compare anew. Another search or another time begins with nothing. */
  async compare(): Promise<void> {
    this.clear();
    const { signal } = this.abort;
    const route = this.route();
    if (!route) return;
    this.loading = true;
    this.changed();
    try {
      const changes = await compareSpans(route, this.against, signal);
      if (!signal.aborted) this.changes = changes;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) this.onSignedOut();
      this.problem = error.message;
    } finally {
      if (!signal.aborted) {
        this.loading = false;
        this.changed();
      }
    }
  }

  /** Follow the selected column: a comparison of another search would mislead. */
  routeChanged(): void {
    if (this.shown) void this.compare();
  }

  private clear(): void {
    this.abort.abort();
    this.abort = new AbortController();
    [this.changes, this.problem, this.loading] = [null, null, false];
  }
}

async function compareSpans(route: Route, against: Against, signal: AbortSignal): Promise<Changes> {
  const spans = spansOf(route, against, Date.now());
  const ask = <T>(request: (params: { q: string; from: number; to: number }) => Promise<T>): Promise<[T, T]> =>
    Promise.all([request({ q: route.query, ...spans.now }), request({ q: route.query, ...spans.before })]);
  const interval = Math.max(60_000, spans.now.to - spans.now.from);
  const [now, before] = await ask((params) => api.timeline({ ...params, interval }, signal));
  const [wordsNow, wordsBefore] = await ask((params) => api.top({ ...params, field: "words", limit: WORDS_MAX }, signal));
  const [authorsNow, authorsBefore] = await ask((params) => api.top({ ...params, field: "authors", limit: WORDS_MAX }, signal));
  const sampled = [wordsNow, wordsBefore].map(({ based_on: on }) => on).find(({ counted, matching }) => counted < matching);
  return {
    ...spans,
    posts: { now: now.total, before: before.total, percent: percentChange(now.total, before.total) },
    ...changedWords(countedWords(wordsNow, wordsBefore), countedWords(wordsBefore, wordsNow), SHOWN_MAX),
    newAuthors: await newAuthors(route.query, authorsNow, authorsBefore, spans.before, signal),
    gaps: { now: gapsOf(now), before: gapsOf(before) },
    sample: sampled ? { counted: sampled.counted, matching: sampled.matching } : null,
  };
}

/**
 * Return the counts of words. A word that only the other span lists is below the last listed one here: it counts as half of that, so that no
 * word seems to have come from nothing because the list is bounded.
 */
function countedWords(top: Top, other: Top): CountedWords {
  const counts = new Map(top.items.map(({ value, count }) => [value, count]));
  const unlisted = top.items.length < WORDS_MAX ? 0 : Math.floor((top.items.at(-1)?.count ?? 0) / 2);
  for (const { value } of other.items) if (!counts.has(value)) counts.set(value, unlisted);
  return { counted: top.based_on.counted, counts };
}

/** Return gaps in which nothing was collected, and samples, but not those of one source among several that went on. */
function gapsOf({ gaps }: Timeline): Gap[] {
  return gaps.filter((gap) => !gap.partial);
}

/** Return the most active authors without a match in the earlier span. Where its list may be incomplete, each is looked for. */
async function newAuthors(query: string, now: Top, before: Top, span: Span, signal: AbortSignal): Promise<TopItem[]> {
  const known = new Set(before.items.map(({ value }) => value));
  const complete = before.items.length < WORDS_MAX && before.based_on.counted === before.based_on.matching;
  const candidates = now.items.filter(({ value }) => !known.has(value));
  if (complete) return candidates.slice(0, SHOWN_MAX);
  const found: TopItem[] = [];
  for (const item of candidates.slice(0, LOOKED_FOR_MAX)) {
    const q = `(${query}) ${termOf("author", item.value)}`;
    const page = await api.search({ q, limit: 1, from: span.from, to: span.to }, signal);
    if (!page.posts.length) found.push(item);
  }
  return found;
}
