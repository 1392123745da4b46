/** Spans of time that the buttons beside the histogram choose. Each is one a date can be made of, and a second long at least. */

export interface TimeSpan {
  from: number;
  to: number;
}

/** The last moment a `Date` can hold. */
export const DATE_MAX_MS = 8.64e15;
export const SPAN_MIN_MS = 1_000;

/** Return a span in whole milliseconds that no search of the store refuses. */
export function toTimeSpan(from: number, to: number): TimeSpan {
  const begin = Math.min(Math.max(0, Math.floor(from)), DATE_MAX_MS - SPAN_MIN_MS);
  return { from: begin, to: Math.min(DATE_MAX_MS, Math.ceil(Math.max(to, begin + SPAN_MIN_MS))) };
}

/** Return the span that is moved by a part of its length; it keeps its length where time begins. */
export function shiftSpan({ from, to }: TimeSpan, part: number): TimeSpan {
  const by = Math.max((to - from) * part, -from);
  return toTimeSpan(from + by, to + by);
}

/** Return the newer half, whose end it keeps: the newest match is in it, also where it is the only one. */
export function latestHalf({ from, to }: TimeSpan): TimeSpan {
  return toTimeSpan(to - Math.max(SPAN_MIN_MS, (to - from) / 2), to);
}

/** Return the span made longer or shorter about its middle. */
export function scaleSpan({ from, to }: TimeSpan, by: number): TimeSpan {
  const half = Math.max(SPAN_MIN_MS, (to - from) * by) / 2;
  return toTimeSpan((from + to) / 2 - half, (from + to) / 2 + half);
}
