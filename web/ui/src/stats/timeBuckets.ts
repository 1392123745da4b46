/**
 * Time buckets: choose the bucket length of the time chart for a span by the rule of BirdWatch, and join counted buckets into at most a
 * given number of bars, with 0 for empty ones.
 */
import { clockAt, momentAt } from "../text/shownZone";

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

/** Hours of the bars of a part of a day: each divides it. */
const BAR_HOURS = [1, 2, 3, 4, 6, 8, 12, 24];

export interface TimeBars {
  /** Start of each bar, ms since 1970. */
  starts: number[];
  /** End of each bar: the start of the next one. Bars of days differ in length where the clocks change. */
  ends: number[];
  counts: number[];
  intervalMs: number;
}

/**
 * Return the bars of a span without holes: empty bars count 0. Buckets are joined until at most `barsMax` + 1 bars are left. From an hour on
 * the bars are days, or parts of days, of the reader's clock if `local`, as the server counts them for the reader's zone.
 */
export function timeBarsOf(buckets: readonly [number, number][], intervalMs: number, from: number, to: number, barsMax: number, local = false): TimeBars {
  const joined = Math.max(1, Math.ceil((to - from) / intervalMs / Math.max(1, barsMax)));
  const byClock = local && intervalMs >= HOUR_MS && (intervalMs % DAY_MS === 0 || DAY_MS % intervalMs === 0);
  const stepMs = byClock ? clockStep(intervalMs, joined) : intervalMs * joined;
  const end = Math.max(to, from + 1);
  const edges = byClock ? clockEdges(from, end, stepMs) : equalEdges(from, end, stepMs);
  const counts = new Array<number>(edges.length - 1).fill(0);
  let at = 0;
  for (const [start, count] of buckets) {
    while (at < counts.length - 1 && start >= (edges[at + 1] as number)) at++;
    counts[at] = (counts[at] ?? 0) + count;
  }
  return { starts: edges.slice(0, -1), ends: edges.slice(1), counts, intervalMs: stepMs };
}

function equalEdges(from: number, to: number, stepMs: number): number[] {
  const first = Math.floor(from / stepMs) * stepMs;
  return Array.from({ length: Math.floor((to - 1 - first) / stepMs) + 2 }, (_, at) => first + at * stepMs);
}

/** Return the step of bars by the clock: one of `BAR_HOURS`, or whole days. */
function clockStep(intervalMs: number, joined: number): number {
  const wanted = intervalMs * joined;
  const hours = BAR_HOURS.find((one) => one * HOUR_MS >= wanted && (one * HOUR_MS) % intervalMs === 0);
  return hours ? hours * HOUR_MS : Math.ceil(wanted / Math.max(DAY_MS, intervalMs)) * Math.max(DAY_MS, intervalMs);
}

/** Return the edges of the days, or of parts of them, of the clock in the shown zone that cover a span. */
function clockEdges(from: number, to: number, stepMs: number): number[] {
  const begin = clockAt(from);
  const days = Math.max(1, stepMs / DAY_MS);
  const day = Math.floor(Date.UTC(begin.year, begin.month, begin.day) / DAY_MS / days) * days;
  const hours = Math.min(24, stepMs / HOUR_MS);
  const edges: number[] = [];
  for (let part = 0; (edges.at(-1) ?? -Infinity) < to; part++) {
    const hour = part * hours;
    const edge = stepMs >= DAY_MS ? momentAt(1970, 0, 1 + day + part * days) : momentAt(1970, 0, 1 + day + Math.floor(hour / 24), hour % 24);
    if (edge <= from) edges.length = 0;
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  return edges;
}
