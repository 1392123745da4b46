/** Spans of time in which posts are missing, and how they lie to each other. */
import type { Gap } from "../wire/frame";

/** `to` is null where it still goes on. */
export interface Interval {
  from: number;
  to: number | null;
}

/** Return when all sources were missing, or (`sampled`) no more than a sample was there: spans that neither touch nor overlap. */
export function gapIntervals(gaps: readonly Gap[], sampled: boolean): Interval[] {
  return mergeIntervals(gaps.filter((gap) => (gap.sampled ?? false) === sampled && !gap.partial));
}

/** Return whether spans together hold the whole of another. */
export function coversSpan(spans: readonly Interval[], from: number, to: number): boolean {
  return mergeIntervals(spans).some((one) => one.from <= from && (one.to ?? Infinity) >= to);
}

/** Return those that have some time in common with a span. */
export function overlapping<T extends Interval>(spans: readonly T[], from: number, to: number): T[] {
  return spans.filter((one) => one.from < to && (one.to ?? Infinity) > from);
}

function mergeIntervals(spans: readonly Interval[]): Interval[] {
  const found: Interval[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (!last || (last.to !== null && from > last.to)) found.push({ from, to });
    else if (last.to !== null) last.to = to === null ? null : Math.max(last.to, to);
  }
  return found;
}
