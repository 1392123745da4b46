/** Words of "What changed": the comparison of a span of time with an earlier one. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber, formatPercent } from "../../text/formatNumber";

export const title = "What changed";
export const show = "What changed";
export const against = "compared with";
export const AGAINST: Record<string, string> = { before: "the hour before", day: "the same hour yesterday", week: "the same hour a week ago" };
export const AGAINST_SPAN: Record<string, string> = { before: "the span before", day: "the same span a day earlier", week: "the same span a week earlier" };
export const lastHour = "Last hour";
export const thisSpan = "This span";
export const again = "Compare again";
export const loading = "Comparing …";
export const failed = (why: string) => `No comparison: ${why}`;
export const posts = (now: number, before: number) => (before ? `${formatCount(now, "post")}, ${formatNumber(before)} before` : `${formatCount(now, "post")}, none before`);
export const change = (percent: number) => (percent > 0 ? `+${formatNumber(percent)} %` : percent < 0 ? `−${formatNumber(-percent)} %` : "as many");
export const nothingToCompare = "One of the two spans has no posts, so its words and authors say nothing.";
export const risen = "Risen words";
export const fallen = "Fallen words";
export const noneRisen = "No word rose by more than chance.";
export const noneFallen = "No word fell by more than chance.";
export const wordChange = (now: number, before: number, share: { now: number; before: number }) =>
  `${formatPercent(share.now)} of the posts (${formatNumber(now)}), before ${formatPercent(share.before)} (${formatNumber(before)})`;
export const newAuthors = "New authors";
export const noNewAuthors = "None of the most active authors is new.";
export const authorPosts = (count: number) => formatCount(count, "post");
export const sampled = (counted: number, matching: number) => `words based on ${formatNumber(counted)} of ${formatNumber(matching)}`;
export const gapNow = (source: string, span: string) => `Not all of this span was collected: ${isolate(source)}, ${span}.`;
export const gapBefore = (source: string, span: string) => `Not all of the earlier span was collected: ${isolate(source)}, ${span}.`;
export const moreGaps = (count: number) => `and ${formatCount(count, "more gap")}`;
