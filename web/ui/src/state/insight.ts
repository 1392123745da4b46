/** What the panel knows of the selected column: words and tops from the store with their trends, and the time chart. */
import { bucketMs } from "../stats/timeBuckets";
import { RANK_WINDOW_MS, SAMPLE_MS, WordTrends, type WordSample } from "../stats/wordTrends";
import { api, ApiError, type Timeline, type Top } from "../wire/api";
import type { Route } from "./page/route";
import { Poller } from "./poller";
import { sameSearch } from "./spec";

export const TABS = ["cloud", "trending", "hashtags", "links", "authors", "domains", "langs"] as const;
export type Tab = (typeof TABS)[number];

const CLOUD_WORDS = 250;
const TOP_ITEMS = 25;
const TOP_EVERY_MS = 5_000;
const RANKED = 50;
/** Parts of the window at which samples are recalled, the first that has posts. */
const RECALLED = [1, 0.5, 0.25];

function sampleOf(top: Top, at: number): WordSample {
  const { counted, matching } = top.based_on;
  return { at, counted, matching, shares: new Map(top.items.slice(0, RANKED).map((item) => [item.value, item.share])) };
}

export class Insight {
  words: Top | null = null;
  top: Top | null = null;
  series: Timeline | null = null;
  problem: string | null = null;
  /** When the words that are shown came, ms. */
  wordsAt = 0;
  tab: Tab = "cloud";
  readonly trends = new WordTrends();
  private route: Route | null = null;
  private span = 0;
  private open = false;
  private windowMs = 0;
  private pastSamples = new AbortController();

  constructor(
    private readonly changed: () => void,
    /** The server asks for an access token: told by the page as a state, not by the panel. */
    private readonly onSignedOut: () => void,
  ) {}

  private readonly wordPoller = new Poller<Top>(
    {
      ask: (signal) => api.top({ ...this.params(), field: "words", limit: CLOUD_WORDS }, signal),
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
    SAMPLE_MS,
  );

  private readonly topPoller = new Poller<Top>(
    {
      ask: (signal) => api.top({ ...this.params(), field: this.tab, limit: TOP_ITEMS }, signal),
      onAnswer: (top) => {
        this.top = top;
        this.changed();
      },
      onProblem: (error) => this.failed(error),
    },
    TOP_EVERY_MS,
  );

  private readonly seriesPoller = new Poller<Timeline>(
    {
      ask: (signal) => api.timeline({ ...this.params(), interval: bucketMs(this.span) }, signal),
      onAnswer: (series) => {
        this.span = Math.max(1, series.to - series.from);
        this.series = series;
        this.changed();
      },
      onProblem: (error) => this.failed(error),
    },
    TOP_EVERY_MS,
  );

  /** Look at another place, or again at the same; a closed panel asks nothing. */
  startPolling(place: Route, open: boolean): void {
    const same = this.route !== null && sameSearch(this.route, place);
    this.route = place;
    if (!same) {
      this.words = null;
      this.top = null;
      this.series = null;
      this.problem = null;
      this.span = 0;
      this.trends.clear();
      this.pastSamples.abort();
      this.pastSamples = new AbortController();
    }
    this.stopPolling();
    this.open = open;
    if (!open) return;
    this.wordPoller.start();
    if (this.span) this.seriesPoller.start();
    if (this.tab !== "cloud") this.topPoller.start();
  }

  /** Ask nothing more, until `look`. */
  stopPolling(): void {
    for (const poller of [this.wordPoller, this.topPoller, this.seriesPoller]) poller.stop();
  }

  /** Choose the window of the second arrow; what is not known of it is recalled. */
  setTrendWindow(windowMs: number): void {
    if (windowMs === this.windowMs) return;
    this.windowMs = windowMs;
    if (this.words) void this.fetchPastSample(windowMs);
  }

  /** Ask what a sample would have been that long ago, or less where nothing was stored yet. */
  private async fetchPastSample(ms: number): Promise<void> {
    const now = Date.now();
    const { signal } = this.pastSamples;
    if (this.route?.from !== null || this.trends.since <= now - ms) return;
    try {
      for (const part of RECALLED) {
        const at = Math.round(now - ms * part);
        const top = await api.top({ q: this.route.query, to: at, field: "words", limit: RANKED }, signal);
        if (signal.aborted) return;
        if (!top.based_on.matching) continue;
        this.trends.addPast(sampleOf(top, at));
        break;
      }
    } catch (error) {
      // A trend that cannot be recalled is seen when its time has passed.
      if (!signal.aborted && !(error instanceof ApiError)) throw error;
    }
    this.changed();
  }

  /** Learn from the column's histogram how long the span is: the steps of the time chart depend on it. */
  setSpanFrom(timeline: Timeline): void {
    if (this.span) return;
    this.span = Math.max(1, timeline.to - timeline.from);
    if (this.open) this.seriesPoller.start();
  }

  chooseTab(tab: Tab): void {
    if (tab === this.tab) return;
    this.tab = tab;
    this.top = null;
    this.topPoller.stop();
    if (tab !== "cloud" && this.route) this.topPoller.start();
    this.changed();
  }

  private params(): { q: string; from: number | null; to: number | null } {
    const place = this.route as Route;
    return { q: place.query, from: place.from, to: place.to };
  }

  private failed(error: ApiError): void {
    if (error.status === 401) return this.onSignedOut();
    this.problem = error.message;
    if (error.status === 400) this.stopPolling();
    this.changed();
  }
}
