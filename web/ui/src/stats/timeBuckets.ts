/** Time buckets: BirdWatch's rule for the time chart, and bars as wide as a pixel or two for any chart. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Return the bucket for a span: over 4 h 15 min, over 20 h 1 h, over 5 d 6 h, over 20 d 1 d, else 1 min. */
export function bucketMs(spanMs: number): number {
  if (spanMs > 20 * DAY) return DAY;
  if (spanMs > 5 * DAY) return 6 * HOUR;
  if (spanMs > 20 * HOUR) return HOUR;
  if (spanMs > 4 * HOUR) return 15 * MINUTE;
  return MINUTE;
}

export interface TimeBars {
  /** Start of each bar, ms. */
  starts: number[];
  counts: number[];
  intervalMs: number;
}

/** Return bars of a span without holes: empty buckets are 0, and buckets are joined until at most `most` are left. */
export function timeBarsOf(buckets: readonly [number, number][], intervalMs: number, from: number, to: number, most: number): TimeBars {
  const join = Math.max(1, Math.ceil((to - from) / intervalMs / Math.max(1, most)));
  const step = intervalMs * join;
  const first = Math.floor(from / step) * step;
  const length = Math.max(1, Math.floor((Math.max(to, from + 1) - 1 - first) / step) + 1);
  const counts = new Array<number>(length).fill(0);
  for (const [start, count] of buckets) {
    const at = Math.min(length - 1, Math.max(0, Math.floor((start - first) / step)));
    counts[at] = (counts[at] ?? 0) + count;
  }
  return { starts: counts.map((_, at) => first + at * step), counts, intervalMs: step };
}
