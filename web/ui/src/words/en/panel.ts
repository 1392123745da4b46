/**
 * Words of the insight panel and of all charts: figures, tabs, word trends, top tables, summaries, gaps, and tables in place of charts.
 * `TREND_WINDOWS` also sets the time windows that a reader may choose for the trend of a share.
 */
import { formatCompact, formatCount, formatNumber, formatPercent } from "../../text/formatNumber";
import { formatMoment, formatSpan } from "../../text/formatTime";
import { sourceNames } from "../sources";

export const TAB_NAMES = {
  cloud: "Cloud", trending: "Trending", hashtags: "Hashtags", links: "Links", authors: "Authors", domains: "Domains", langs: "Languages",
};

/** Time windows of the second trend arrow: length in milliseconds, and name. */
export const TREND_WINDOWS: [number, string][] = [
  [60_000, "last min"], [300_000, "last 5 min"], [600_000, "last 10 min"], [1_800_000, "last 30 min"],
];

export const title = "Insight";
export const close = "Close the panel";
export const counting = "Counting…";
export const countingWords = "Counting words…";
export const tabs = "Most frequent";
export const noChart = (message: string) => `No chart over time: ${message}`;
export const stale = (at: number, now: number, message: string) => `Last updated ${formatMoment(at, 0, now)}: ${message}`;
export const basedOn = (counted: number, matching: number, from: number, to: number) =>
  `based on ${formatNumber(counted)} of ${formatNumber(matching)}${matching ? `, ${formatSpan(from, to, Date.now())}` : ""}`;

export const figureMatches = (total: number | undefined) => (total === 1 ? "match" : "matches");
export const figurePerMinute = "per minute";
export const figureOnAverage = "on average";
export const figureAuthors = (count: number) => (count === 1 ? "author" : "authors");
export const figureLanguages = (count: number) => (count === 1 ? "language" : "languages");
export const figureOfNewest = (count: number) => `of the newest ${formatCompact(count)}`;
export const figureOfLoaded = (count: number) => `of ${formatCompact(count)} loaded`;
export const figureUnknown = "–";

export const wordBarTitle = "Words";
export const wordBarLegend = "The first arrow: rank over the last 20 seconds. The second: share over the window.";
export const wordBarFirstArrow = "first arrow:";
export const wordBarSecondArrow = "second arrow:";
export const wordBarRankLegend = " rank · ";
export const wordBarShareLegend = " share,";
export const wordBarWindow = "Window of the second arrow";
export const wordBarNone = "No words yet.";
export const wordBarRank = "rank";
export const wordBarShare = "share";
export const wordBarNoTrend = "Too few new posts for a trend";
export const wordBarDirections = { up: "up", down: "down", flat: "flat" };

export const cloudLabel = "Word cloud";
export const cloudCaption = (top: string, count: number) => `${top ? `The most frequent words: ${top}. ` : ""}The table has all ${count}.`;
export const cloudTable = "Words, table";
export const cloudWord = "Word";
export const cloudPosts = "Posts";

export const topValue = "What";
export const topPosts = "Posts";
export const topShare = (trending: boolean) => (trending ? "Usual share" : "Share");
export const topPercent = (share: number) => {
  if (share < 0.001) return `<${formatPercent(0.001, 1)}`;
  return formatPercent(share, share >= 0.1 ? 0 : 1);
};
export const topUsually = (share: string, usual: string) => `${share}, usually ${usual}`;
export const topNone = (trending: boolean) => (trending ? "No word is more frequent than usual." : "None in this span.");

export const chartMatches = "Matches over time";
export const chartSeries = "Matches over time, in steps";
export const chartSeriesTitle = "Over time";
export const chartNoCounts = (message: string) => `No counts over time: ${message}`;
export const chartShowTable = "Show as table";
export const chartShowAs = (other: string) => `Show as ${other}`;
export const chartChart = "chart";
export const chartCloud = "cloud";
export const chartTable = (label: string) => `${label}, table`;
export const chartColumns = { from: "From", matches: "Matches", collected: "Collected" };
export const chartAllCollected = "all";
export const chartWholeSpan = "Show the whole time";
export const chartOutlying = (count: number, earlier: boolean, at: string) => `${formatCount(count, earlier ? "earlier post" : "later post")}, ${at}`;
export const chartNow = "now";
export const chartPeak = (count: number, at: string) => ` Peak: ${formatNumber(count)} at ${at}.`;
export const chartGaps = (count: number) => (count ? ` ${formatCount(count, "gap")}.` : "");
export const chartSampledPeriods = (count: number) => (count ? ` Only a sample in ${formatCount(count, "period")}.` : "");
export const chartPartlyMissing = (gaps: readonly { source: string }[]) => (gaps.length ? ` ${sourceNames(gaps)} missing for part of it.` : "");
export const chartSummary = (total: number, span: string, details: string) => `${formatCount(total, "match", "matches")}${span ? `, ${span}` : ""}.${details}`;

export const pictureOf = (chart: string) => `Picture of “${chart}”`;
export const pictureFormats = { png: "PNG", svg: "SVG" };
export const pictureCopy = "Copy";
export const pictureColours = "Colours of the picture";
export const pictureShades = { shown: "as shown", light: "light", dark: "dark" };
export const pictureCounted = (counted: number, matching: number) =>
  `Based on ${formatNumber(counted)} of ${formatCount(matching, "post")}`;
export const pictureSources = (names: string) => `Sources: ${names}`;
export const pictureMade = (at: string) => `Made ${at}, Murmuration`;
export const pictureGaps = (what: string, times: string) => `${what.charAt(0).toUpperCase()}${what.slice(1)}: ${times}`;
export const pictureMoreGaps = (count: number) => `${formatNumber(count)} more`;

export const gapSample = "a sample only";
export const gapNone = "not collected";
export const gapPartOf = (words: string) => `${words} in part of it`;
export const gapOfSources = (gaps: readonly { source: string }[], words: string) => `${sourceNames(gaps)} ${words}`;
