/** Words of the insight panel and of all charts. */
import { formatCompact, formatCount, formatNumber } from "../text/formatNumber";
import { formatMoment, formatSpan } from "../text/formatTime";
import { sourceNames } from "./status";

export const TAB_NAMES = {
  cloud: "Cloud", trending: "Trending", hashtags: "Hashtags", links: "Links", authors: "Authors", domains: "Domains", langs: "Languages",
};

/** Windows of the second trend arrow: milliseconds and name. */
export const TREND_WINDOWS: [number, string][] = [
  [60_000, "last min"], [300_000, "last 5 min"], [600_000, "last 10 min"], [1_800_000, "last 30 min"],
];

export const panelWords = {
  title: "Insight",
  close: "Close the panel",
  counting: "Counting…",
  countingWords: "Counting words…",
  tabs: "Most frequent",
  noChart: (message: string) => `No chart over time: ${message}`,
  stale: (at: number, now: number, message: string) => `Last updated ${formatMoment(at, 0, now)}: ${message}`,
  basedOn: (counted: number, matching: number, from: number, to: number) =>
    `based on ${formatNumber(counted)} of ${formatNumber(matching)}${matching ? `, ${formatSpan(from, to, Date.now())}` : ""}`,
};

export const figureWords = {
  matches: (total: number | undefined) => (total === 1 ? "match" : "matches"),
  perMinute: "per minute",
  onAverage: "on average",
  authors: (count: number) => (count === 1 ? "author" : "authors"),
  languages: (count: number) => (count === 1 ? "language" : "languages"),
  ofLoaded: (count: number) => `of ${formatCompact(count)} loaded`,
  unknown: "–",
};

export const wordBarWords = {
  title: "Words",
  legend: "The first arrow: rank over the last 20 seconds. The second: share over the window.",
  firstArrow: "first arrow:",
  secondArrow: "second arrow:",
  rankLegend: " rank · ",
  shareLegend: " share,",
  window: "Window of the second arrow",
  none: "No words yet.",
  rank: "rank",
  share: "share",
  noTrend: "Too few new posts for a trend",
  directions: { up: "up", down: "down", flat: "flat" },
};

export const cloudWords = {
  label: "Word cloud",
  caption: (top: string, count: number) => `${top ? `The most frequent words: ${top}. ` : ""}The table has all ${count}.`,
  table: "Words, table",
  word: "Word",
  posts: "Posts",
};

export const topWords = {
  value: "What",
  posts: "Posts",
  share: (trending: boolean) => (trending ? "Usual share" : "Share"),
  percent: (share: number) => {
    const percent = share * 100;
    return percent >= 10 ? `${Math.round(percent)} %` : percent >= 0.1 ? `${percent.toFixed(1)} %` : "<0.1 %";
  },
  usually: (share: string, usual: string) => `${share}, usually ${usual}`,
  none: (trending: boolean) => (trending ? "No word is more frequent than usual." : "None in this span."),
};

export const chartWords = {
  matches: "Matches over time",
  series: "Matches over time, in steps",
  seriesTitle: "Over time",
  noCounts: (message: string) => `No counts over time: ${message}`,
  showTable: "Show as table",
  showAs: (other: string) => `Show as ${other}`,
  chart: "chart",
  cloud: "cloud",
  table: (label: string) => `${label}, table`,
  columns: { from: "From", matches: "Matches", collected: "Collected" },
  allCollected: "all",
  now: "now",
  peak: (count: number, at: string) => ` Peak: ${formatNumber(count)} at ${at}.`,
  gaps: (count: number) => (count ? ` ${formatCount(count, "gap")}.` : ""),
  sampledPeriods: (count: number) => (count ? ` Only a sample in ${formatCount(count, "period")}.` : ""),
  partlyMissing: (gaps: readonly { source: string }[]) => (gaps.length ? ` ${sourceNames(gaps)} missing for part of it.` : ""),
  summary: (total: number, span: string, details: string) => `${formatCount(total, "match", "matches")}${span ? `, ${span}` : ""}.${details}`,
};

export const gapWords = {
  sample: "a sample only",
  none: "not collected",
  partOf: (words: string) => `${words} in part of it`,
  ofSources: (gaps: readonly { source: string }[], words: string) => `${sourceNames(gaps)} ${words}`,
};
