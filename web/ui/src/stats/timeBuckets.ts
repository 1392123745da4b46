/**
 * Time buckets: choose the bucket length of the time chart for a span by the rule of BirdWatch, and join counted buckets into at most a
 * given number of bars, with 0 for empty ones.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Return the bucket length for a span: 15 min over 4 h, 1 h over 20 h, 6 h over 5 d, 1 d over 20 d, else 1 min. */
export function bucketMs(spanMs: number): number {
  if (spanMs > 20 * DAY_MS) return DAY_MS;
  if (spanMs > 5 * DAY_MS) return 6 * HOUR_MS;
  if (spanMs > 20 * HOUR_MS) return HOUR_MS;
  if (spanMs > 4 * HOUR_MS) return 15 * MINUTE_MS;
  return MINUTE_MS;
}

export interface TimeBars {
  /** Start of each bar, ms since 1970. */
  starts: number[];
  counts: number[];
  intervalMs: number;
}

/** Return the bars of a span without holes: empty bars count 0. Buckets are joined until at most `barsMax` + 1 bars are left. */
export function timeBarsOf(buckets: readonly [number, number][], intervalMs: number, from: number, to: number, barsMax: number): TimeBars {
  const joined = Math.max(1, Math.ceil((to - from) / intervalMs / Math.max(1, barsMax)));
  const stepMs = intervalMs * joined;
  const first = Math.floor(from / stepMs) * stepMs;
  const length = Math.max(1, Math.floor((Math.max(to, from + 1) - 1 - first) / stepMs) + 1);
  const counts = new Array<number>(length).fill(0);
  for (const [start, count] of buckets) {
    const at = Math.min(length - 1, Math.max(0, Math.floor((start - first) / stepMs)));
    counts[at] = (counts[at] ?? 0) + count;
  }
  return { starts: counts.map((_, at) => first + at * stepMs), counts, intervalMs: stepMs };
}
