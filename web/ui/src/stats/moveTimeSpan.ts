/**
 * Moves of a time span: shift it by a part of its length, take its latest half, or scale it about its middle, as the time buttons do; and
 * make a span of any two times. Each result fits a `Date`, does not begin before 1970 and is at least a second long.
 */

export interface TimeSpan {
  from: number;
  to: number;
}

/** Greatest time that a `Date` can hold, ms since 1970. */
export const DATE_MAX_MS = 8.64e15;
export const SPAN_MIN_MS = 1_000;

/** Return a span in whole milliseconds that a `Date` can hold, at least `SPAN_MIN_MS` long. */
export function toTimeSpan(from: number, to: number): TimeSpan {
  const begin = Math.min(Math.max(0, Math.floor(from)), DATE_MAX_MS - SPAN_MIN_MS);
  return { from: begin, to: Math.min(DATE_MAX_MS, Math.ceil(Math.max(to, begin + SPAN_MIN_MS))) };
}

/** Return the span shifted by a part of its length. At time 0 the shift is shorter, and the length stays. */
export function shiftSpan({ from, to }: TimeSpan, part: number): TimeSpan {
  const by = Math.max((to - from) * part, -from);
  return toTimeSpan(from + by, to + by);
}

/** Return the latest half of a span. It keeps the end, so that the newest match is in it. */
export function latestHalf({ from, to }: TimeSpan): TimeSpan {
  return toTimeSpan(to - Math.max(SPAN_MIN_MS, (to - from) / 2), to);
}

/** Return the span scaled about its middle. */
export function scaleSpan({ from, to }: TimeSpan, by: number): TimeSpan {
  const half = Math.max(SPAN_MIN_MS, (to - from) * by) / 2;
  return toTimeSpan((from + to) / 2 - half, (from + to) / 2 + half);
}
