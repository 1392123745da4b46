/** What the panel knows of the selected column: words and tops from the store with their trends, and the time chart. */
import { bucketMs } from "../stats/timeBuckets";
import { LAST_MS, SAMPLE_MS, Trends, type Sample } from "../stats/wordTrends";
import { api, ApiError, type Timeline, type Top } from "../wire/api";
import type { Place } from "./page/route";
import { Poller } from "./poller";
import { sameSearch } from "./spec";

export const TABS = ["cloud", "trending", "hashtags", "links", "authors", "domains", "langs"] as const;
export type Tab = (typeof TABS)[number];
export const TAB_NAMES: Record<Tab, string> = {
  cloud: "Cloud", trending: "Trending", hashtags: "Hashtags", links: "Links", authors: "Authors", domains: "Domains", langs: "Languages",
};

const CLOUD_WORDS = 250;
const TOP_ITEMS = 25;
const TOP_EVERY_MS = 5_000;
const RANKED = 50;
/** Parts of the window at which samples are recalled, the first that has posts. */
const RECALLED = [1, 0.5, 0.25];

function sampleOf(top: Top, at: number): Sample {
  const { counted, matching } = top.based_on;
  return { at, counted, matching, shares: new Map(top.items.slice(0, RANKED).map((item) => [item.value, item.share])) };
}

export class Insight {
  words: Top | null = null;
  top: Top | null = null;
  series: Timeline | null = null;
  fault: string | null = null;
  /** When the words that are shown came, ms. */
  wordsAt = 0;
  tab: Tab = "cloud";
  readonly trends = new Trends();
  private place: Place | null = null;
  private span = 0;
  private open = false;
  private windowMs = 0;
  private recalling = new AbortController();

  constructor(
    private readonly changed: () => void,
    /** The server asks for an access token: told by the page as a state, not by the panel. */
    private readonly locked: () => void,
  ) {}

  private readonly wordPoller = new Poller<Top>(
    {
      ask: (signal) => api.top({ ...this.params(), field: "words", limit: CLOUD_WORDS }, signal),
      took: (top) => {
        const first = !this.words;
        this.words = top;
        this.wordsAt = Date.now();
        this.fault = null;
        this.trends.take(sampleOf(top, this.wordsAt));
        this.changed();
        if (first) void this.recall(LAST_MS).then(() => this.recall(this.windowMs));
      },
      failed: (error) => this.failed(error),
    },
    SAMPLE_MS,
  );

  private readonly topPoller = new Poller<Top>(
    {
      ask: (signal) => api.top({ ...this.params(), field: this.tab, limit: TOP_ITEMS }, signal),
      took: (top) => {
        this.top = top;
        this.changed();
      },
      failed: (error) => this.failed(error),
    },
    TOP_EVERY_MS,
  );

  private readonly seriesPoller = new Poller<Timeline>(
    {
      ask: (signal) => api.timeline({ ...this.params(), interval: bucketMs(this.span) }, signal),
      took: (series) => {
        this.span = Math.max(1, series.to - series.from);
        this.series = series;
        this.changed();
      },
      failed: (error) => this.failed(error),
    },
    TOP_EVERY_MS,
  );

  /** Look at another place, or again at the same; a closed panel asks nothing. */
  look(place: Place, open: boolean): void {
    const same = this.place !== null && sameSearch(this.place, place);
    this.place = place;
    if (!same) {
      this.words = null;
      this.top = null;
      this.series = null;
      this.fault = null;
      this.span = 0;
      this.trends.clear();
      this.recalling.abort();
      this.recalling = new AbortController();
    }
    this.stop();
    this.open = open;
    if (!open) return;
    this.wordPoller.start();
    if (this.span) this.seriesPoller.start();
    if (this.tab !== "cloud") this.topPoller.start();
  }

  /** Ask nothing more, until `look`. */
  stop(): void {
    for (const poller of [this.wordPoller, this.topPoller, this.seriesPoller]) poller.stop();
  }

  /** Choose the window of the second arrow; what is not known of it is recalled. */
  over(windowMs: number): void {
    if (windowMs === this.windowMs) return;
    this.windowMs = windowMs;
    if (this.words) void this.recall(windowMs);
  }

  /** Ask what a sample would have been that long ago, or less where nothing was stored yet. */
  private async recall(ms: number): Promise<void> {
    const now = Date.now();
    const { signal } = this.recalling;
    if (this.place?.from !== null || this.trends.since <= now - ms) return;
    try {
      for (const part of RECALLED) {
        const at = Math.round(now - ms * part);
        const top = await api.top({ q: this.place.query, to: at, field: "words", limit: RANKED }, signal);
        if (signal.aborted) return;
        if (!top.based_on.matching) continue;
        this.trends.recall(sampleOf(top, at));
        break;
      }
    } catch (error) {
      // A trend that cannot be recalled is seen when its time has passed.
      if (!signal.aborted && !(error instanceof ApiError)) throw error;
    }
    this.changed();
  }

  /** Learn from the column's histogram how long the span is: the steps of the time chart depend on it. */
  spans(timeline: Timeline): void {
    if (this.span) return;
    this.span = Math.max(1, timeline.to - timeline.from);
    if (this.open) this.seriesPoller.start();
  }

  choose(tab: Tab): void {
    if (tab === this.tab) return;
    this.tab = tab;
    this.top = null;
    this.topPoller.stop();
    if (tab !== "cloud" && this.place) this.topPoller.start();
    this.changed();
  }

  private params(): { q: string; from: number | null; to: number | null } {
    const place = this.place as Place;
    return { q: place.query, from: place.from, to: place.to };
  }

  private failed(error: ApiError): void {
    if (error.status === 401) return this.locked();
    this.fault = error.message;
    if (error.status === 400) this.stop();
    this.changed();
  }
}
