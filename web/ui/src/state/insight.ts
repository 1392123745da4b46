/**
 * Insight: polls the words, the top list of the chosen tab and the time chart of the selected column for the insight panel, and keeps the
 * answers and the last error. It feeds the trends of the words, and fetches samples of the past so that a trend is known without waiting
 * for its window.
 */
import { termOfWord } from "../query/editQuery";
import { bucketMs } from "../stats/timeBuckets";
import { RANK_WINDOW_MS, SAMPLE_MS, WordTrends, type WordSample } from "../stats/wordTrendDirections";
import { api, ApiError, type Timeline, type Top } from "../wire/api";
import type { Route } from "./page/route";
import { ChangesState } from "./changes";
import { Poller } from "./poller";
import { sameSearch } from "./columnSpec";

export const TABS = ["cloud", "trending", "hashtags", "links", "authors", "domains", "langs"] as const;
export type Tab = (typeof TABS)[number];

const CLOUD_WORDS_MAX = 250;
const TOP_ITEMS_MAX = 25;
/** Milliseconds between two requests of a top list, and of the time chart. */
const TOP_EVERY_MS = 5_000;
/** Words that have a trend. */
const TREND_WORDS_MAX = 50;
/** Ages at which a past sample is requested, as parts of the window. The first age with posts is used. */
const PAST_SAMPLE_AGES = [1, 0.5, 0.25];

function sampleOf(top: Top, at: number): WordSample {
  const { counted, matching } = top.based_on;
  return { at, counted, matching, shares: new Map(top.items.slice(0, TREND_WORDS_MAX).map((item) => [item.value, item.share])) };
}

export class Insight {
  words: Top | null = null;
  top: Top | null = null;
  series: Timeline | null = null;
  problem: string | null = null;
  /** Time at which `words` arrived, ms. */
  wordsAt = 0;
  tab: Tab = "cloud";
  readonly trends = new WordTrends();
  /** "What changed" of the same search. */
  readonly changes = new ChangesState(() => this.route, () => this.changed(), () => this.onSignedOut());
  private route: Route | null = null;
  private span = 0;
  private open = false;
  private windowMs = 0;
  private pastSamples = new AbortController();

  constructor(
    private readonly changed: () => void,
    /** Called when the server asks for an access token. The page shows that as its state, and the panel shows nothing. */
    private readonly onSignedOut: () => void,
  ) {}

  private readonly wordPoller = new Poller<Top>(
    {
      request: (signal) => api.top({ ...this.params(), field: "words", limit: CLOUD_WORDS_MAX }, signal),
      onAnswer: (top) => {
        const first = !this.words;
        this.words = top;
        this.wordsAt = Date.now();
        this.problem = null;
        this.trends.take(sampleOf(top, this.wordsAt));
        this.changed();
        if (first) void this.fetchPastSample(RANK_WINDOW_MS).then(() => this.fetchPastSample(this.windowMs));
      },
      onProblem: (error) => this.failed(error),
    },
    () => SAMPLE_MS,
  );

  private readonly topPoller = new Poller<Top>(
    {
      request: (signal) => api.top({ ...this.params(), field: this.tab, limit: TOP_ITEMS_MAX }, signal),
      onAnswer: (top) => {
        this.top = top;
        this.changed();
      },
      onProblem: (error) => this.failed(error),
    },
    () => TOP_EVERY_MS,
  );

  private readonly seriesPoller = new Poller<Timeline>(
    {
      request: (signal) => api.timeline({ ...this.params(), interval: bucketMs(this.span) }, signal),
      onAnswer: (series) => {
        this.span = Math.max(1, series.to - series.from);
        this.series = series;
        this.changed();
      },
      onProblem: (error) => this.failed(error),
    },
    () => TOP_EVERY_MS,
  );

  /** Poll for a route. Another search, or another time, clears the former answers. A closed panel polls nothing. */
  startPolling(route: Route, open: boolean): void {
    const same = this.route !== null && sameSearch(this.route, route);
    this.route = route;
    if (!same) {
      this.words = null;
      this.top = null;
      this.series = null;
      this.problem = null;
      this.span = 0;
      this.trends.clear();
      this.pastSamples.abort();
      this.pastSamples = new AbortController();
      this.changes.routeChanged();
    }
    this.stopPolling();
    this.open = open;
    if (!open) return;
    this.wordPoller.start();
    if (this.span) this.seriesPoller.start();
    if (this.tab !== "cloud") this.topPoller.start();
  }

  /** Stop every poller until `startPolling`. */
  stopPolling(): void {
    for (const poller of [this.wordPoller, this.topPoller, this.seriesPoller]) poller.stop();
  }

  /** Return a word of the lists as a term that finds the posts it was counted in. */
  termOfWord(word: string): string {
    const item = [this.words, this.top].flatMap((top) => top?.items ?? []).find(({ value }) => value === word);
    return termOfWord(word, item?.forms ?? []);
  }

  /** Set the window of the share's trend, and fetch the past sample that the window needs. */
  setTrendWindow(windowMs: number): void {
    if (windowMs === this.windowMs) return;
    this.windowMs = windowMs;
    if (this.words) void this.fetchPastSample(windowMs);
  }

  /** Fetch the sample of `ms` ago, or of a later time if nothing was stored then. */
  private async fetchPastSample(ms: number): Promise<void> {
    const now = Date.now();
    const { signal } = this.pastSamples;
    if (this.route?.from !== null || this.trends.since <= now - ms) return;
    try {
      for (const part of PAST_SAMPLE_AGES) {
        const at = Math.round(now - ms * part);
        const top = await api.top({ q: this.route.query, to: at, field: "words", limit: TREND_WORDS_MAX }, signal);
        if (signal.aborted) return;
        if (!top.based_on.matching) continue;
        this.trends.addPast(sampleOf(top, at));
        break;
      }
    } catch (error) {
      // Without the past sample the trend appears once its window has passed.
      if (!signal.aborted && !(error instanceof ApiError)) throw error;
    }
    this.changed();
  }

  /** Take the length of the span from the counts of the column: the bucket length of the time chart depends on it. */
  setSpanFrom(timeline: Timeline): void {
    if (this.span) return;
    this.span = Math.max(1, timeline.to - timeline.from);
    if (this.open) this.seriesPoller.start();
  }

  /** Show a tab of the panel, and poll its top list. */
  chooseTab(tab: Tab): void {
    if (tab === this.tab) return;
    this.tab = tab;
    this.top = null;
    this.topPoller.stop();
    if (tab !== "cloud" && this.route) this.topPoller.start();
    this.changed();
  }

  /** Return the API parameters of the current search. */
  private params(): { q: string; from: number | null; to: number | null } {
    const { query, from, to } = this.route as Route;
    return { q: query, from, to };
  }

  private failed(error: ApiError): void {
    if (error.status === 401) return this.onSignedOut();
    this.problem = error.message;
    if (error.status === 400) this.stopPolling();
    this.changed();
  }
}
