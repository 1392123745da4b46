/** German words of "What changed": the comparison of a span of time with an earlier one. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber, formatPercent } from "../../text/formatNumber";

export const title = "Was sich änderte";
export const show = "Was sich änderte";
export const against = "verglichen mit";
export const AGAINST: Record<string, string> = { before: "der Stunde davor", day: "derselben Stunde gestern", week: "derselben Stunde vor einer Woche" };
export const AGAINST_SPAN: Record<string, string> = { before: "der Zeit davor", day: "derselben Zeit am Tag davor", week: "derselben Zeit eine Woche davor" };
export const lastHour = "Letzte Stunde";
export const thisSpan = "Diese Zeit";
export const again = "Neu vergleichen";
export const nothingToCompare = "In einer der beiden Zeiten gibt es keine Beiträge, also sagen Wörter und Autoren nichts.";
export const loading = "Vergleicht …";
export const failed = (why: string) => `Kein Vergleich: ${why}`;
export const posts = (now: number, before: number) => `${formatCount(now, "Beitrag", "Beiträge")}, vorher ${before ? formatNumber(before) : "keine"}`;
export const change = (percent: number) => (percent > 0 ? `+${formatNumber(percent)} %` : percent < 0 ? `−${formatNumber(-percent)} %` : "gleich viele");
export const risen = "Wörter im Aufwind";
export const fallen = "Wörter im Abwind";
export const noneRisen = "Kein Wort stieg mehr, als der Zufall bringt.";
export const noneFallen = "Kein Wort fiel mehr, als der Zufall bringt.";
export const wordChange = (now: number, before: number, share: { now: number; before: number }) =>
  `${formatPercent(share.now)} der Beiträge (${formatNumber(now)}), vorher ${formatPercent(share.before)} (${formatNumber(before)})`;
export const newAuthors = "Neue Autoren";
export const noNewAuthors = "Keiner der aktivsten Autoren ist neu.";
export const authorPosts = (count: number) => formatCount(count, "Beitrag", "Beiträge");
export const sampled = (counted: number, matching: number) => `Wörter aus ${formatNumber(counted)} von ${formatNumber(matching)}`;
export const gapNow = (source: string, span: string) => `Nicht alles in dieser Zeit wurde gesammelt: ${isolate(source)}, ${span}.`;
export const gapBefore = (source: string, span: string) => `Nicht alles in der früheren Zeit wurde gesammelt: ${isolate(source)}, ${span}.`;
export const moreGaps = (count: number) => `und ${formatCount(count, "weitere Lücke", "weitere Lücken")}`;
