/**
 * Gap intervals: merges the gaps of a search into intervals without any collection, or with a sample only (gaps of single sources are left
 * out), and tests whether intervals cover a span or which of them overlap it.
 */
import type { Gap } from "../wire/frame";

/** Interval of time, ms. `to` is null while the interval is open. */
export interface Interval {
  from: number;
  to: number | null;
}

/** Return the merged intervals in which no source was collected, or with `sampled` those in which only a sample was collected. */
export function gapIntervals(gaps: readonly Gap[], sampled: boolean): Interval[] {
  return mergeIntervals(gaps.filter((gap) => (gap.sampled ?? false) === sampled && !gap.partial));
}

/** Return whether intervals together cover a whole span. */
export function coversSpan(spans: readonly Interval[], from: number, to: number): boolean {
  return mergeIntervals(spans).some((interval) => interval.from <= from && (interval.to ?? Infinity) >= to);
}

/** Return the intervals that overlap a span. */
export function overlapping<T extends Interval>(spans: readonly T[], from: number, to: number): T[] {
  return spans.filter((interval) => interval.from < to && (interval.to ?? Infinity) > from);
}

/** Return intervals that neither touch nor overlap, in order. */
function mergeIntervals(spans: readonly Interval[]): Interval[] {
  const found: Interval[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (!last || (last.to !== null && from > last.to)) found.push({ from, to });
    else if (last.to !== null) last.to = to === null ? null : Math.max(last.to, to);
  }
  return found;
}
