/** German words of the insight panel and of all charts: figures, tabs, word trends, top tables, summaries, gaps, and tables in place of charts. */
import { formatCompact, formatCount, formatNumber, formatPercent, pluralForm } from "../../text/formatNumber";
import { formatMoment, formatSpan } from "../../text/formatTime";
import { sourceNames } from "../sources";

export const TAB_NAMES = {
  cloud: "Wolke", trending: "Im Trend", hashtags: "Hashtags", links: "Links", authors: "Autoren", domains: "Domains", langs: "Sprachen",
};

export const TREND_WINDOWS: [number, string][] = [
  [60_000, "letzte Min."], [300_000, "letzte 5 Min."], [600_000, "letzte 10 Min."], [1_800_000, "letzte 30 Min."],
];

const matches = (count: number) => formatCount(count, "Treffer", "Treffer");

export const title = "Auswertung";
export const close = "Auswertung schließen";
export const counting = "Zählt …";
export const countingWords = "Zählt Wörter …";
export const tabs = "Am häufigsten";
export const noChart = (message: string) => `Kein Verlauf: ${message}`;
export const stale = (at: number, now: number, message: string) => `Stand ${formatMoment(at, 0, now)}: ${message}`;
export const basedOn = (counted: number, matching: number, from: number, to: number) =>
  `aus ${formatNumber(counted)} von ${formatNumber(matching)}${matching ? `, ${formatSpan(from, to, Date.now())}` : ""}`;

export const figureMatches = () => "Treffer";
export const figurePerMinute = "pro Minute";
export const figureOnAverage = "im Mittel";
export const figureAuthors = (count: number) => pluralForm(count, { one: "Autor", other: "Autoren" });
export const figureLanguages = (count: number) => pluralForm(count, { one: "Sprache", other: "Sprachen" });
export const figureOfLoaded = (count: number) => `von ${formatCompact(count)} geladenen`;
export const figureOfNewest = (count: number) => `der neuesten ${formatCompact(count)}`;
export const figureUnknown = "–";

export const wordBarTitle = "Wörter";
export const wordBarLegend = "Der erste Pfeil: Rang in den letzten 20 Sekunden. Der zweite: Anteil im Zeitfenster.";
export const wordBarFirstArrow = "erster Pfeil:";
export const wordBarSecondArrow = "zweiter Pfeil:";
export const wordBarRankLegend = " Rang · ";
export const wordBarShareLegend = " Anteil,";
export const wordBarWindow = "Zeitfenster des zweiten Pfeils";
export const wordBarNone = "Noch keine Wörter.";
export const wordBarRank = "Rang";
export const wordBarShare = "Anteil";
export const wordBarNoTrend = "Zu wenige neue Beiträge für einen Trend";
export const wordBarDirections = { up: "steigt", down: "fällt", flat: "gleich" };

export const cloudLabel = "Wortwolke";
export const cloudCaption = (top: string, count: number) => `${top ? `Die häufigsten Wörter: ${top}. ` : ""}Die Tabelle enthält alle ${formatNumber(count)}.`;
export const cloudTable = "Wörter, Tabelle";
export const cloudWord = "Wort";
export const cloudPosts = "Beiträge";

export const topValue = "Was";
export const topPosts = "Beiträge";
export const topShare = (trending: boolean) => (trending ? "Üblicher Anteil" : "Anteil");
export const topPercent = (share: number) => {
  if (share < 0.001) return `<${formatPercent(0.001, 1)}`;
  return formatPercent(share, share >= 0.1 ? 0 : 1);
};
export const topUsually = (share: string, usual: string) => `${share}, sonst ${usual}`;
export const topNone = (trending: boolean) => (trending ? "Kein Wort ist häufiger als sonst." : "Nichts in dieser Zeit.");

export const chartMatches = "Treffer im Verlauf";
export const chartSeries = "Treffer im Verlauf, in Stufen";
export const chartSeriesTitle = "Verlauf";
export const chartNoCounts = (message: string) => `Keine Zahlen im Verlauf: ${message}`;
export const chartShowTable = "Als Tabelle zeigen";
export const chartShowAs = (other: string) => `Als ${other} zeigen`;
export const chartChart = "Diagramm";
export const chartCloud = "Wolke";
export const chartTable = (label: string) => `${label}, Tabelle`;
export const chartColumns = { from: "Von", matches: "Treffer", collected: "Gesammelt" };
export const chartAllCollected = "alles";
export const chartWholeSpan = "Die ganze Zeit zeigen";
export const chartOutlying = (count: number, earlier: boolean, at: string) =>
  `${formatCount(count, earlier ? "früherer Beitrag" : "späterer Beitrag", earlier ? "frühere Beiträge" : "spätere Beiträge")}, ${at}`;
export const chartNow = "jetzt";
export const chartPeak = (count: number, at: string) => ` Höchstwert: ${formatNumber(count)} um ${at}.`;
export const chartGaps = (count: number) => (count ? ` ${formatCount(count, "Lücke", "Lücken")}.` : "");
export const chartSampledPeriods = (count: number) => (count ? ` Nur eine Stichprobe in ${formatCount(count, "Zeitraum", "Zeiträumen")}.` : "");
export const chartPartlyMissing = (gaps: readonly { source: string }[]) => (gaps.length ? ` ${sourceNames(gaps)}: fehlt teilweise.` : "");
export const chartSummary = (total: number, span: string, details: string) => `${matches(total)}${span ? `, ${span}` : ""}.${details}`;

export const gapSample = "nur eine Stichprobe";
export const gapNone = "nicht gesammelt";
export const gapPartOf = (words: string) => `${words}, für einen Teil`;
export const gapOfSources = (gaps: readonly { source: string }[], words: string) => `${sourceNames(gaps)}: ${words}`;

export const pictureOf = (chart: string) => `Bild von „${chart}“`;
export const pictureFormats = { png: "PNG", svg: "SVG" };
export const pictureCopy = "Kopieren";
export const pictureColours = "Farben des Bilds";
export const pictureShades = { shown: "wie gezeigt", light: "hell", dark: "dunkel" };
export const pictureCounted = (counted: number, matching: number) => `Aus ${formatNumber(counted)} von ${formatCount(matching, "Beitrag", "Beiträgen")}`;
export const pictureSources = (names: string) => `Quellen: ${names}`;
export const pictureMade = (at: string) => `Gemacht ${at}, Murmuration`;
export const pictureGaps = (what: string, times: string) => `${what.charAt(0).toUpperCase()}${what.slice(1)}: ${times}`;
export const pictureMoreGaps = (count: number) => `${formatNumber(count)} weitere`;
