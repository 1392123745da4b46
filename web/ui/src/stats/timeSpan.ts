/** Spans of time that the buttons beside the histogram choose. Each is one a date can be made of, and a second long at least. */

export interface Span {
  from: number;
  to: number;
}

/** The last moment a `Date` can hold. */
export const LAST_MS = 8.64e15;
export const LEAST_MS = 1_000;

/** Return a span in whole milliseconds that no search of the store refuses. */
export function spanOf(from: number, to: number): Span {
  const begin = Math.min(Math.max(0, Math.floor(from)), LAST_MS - LEAST_MS);
  return { from: begin, to: Math.min(LAST_MS, Math.ceil(Math.max(to, begin + LEAST_MS))) };
}

/** Return the span that is moved by a part of its length; it keeps its length where time begins. */
export function moved({ from, to }: Span, part: number): Span {
  const by = Math.max((to - from) * part, -from);
  return spanOf(from + by, to + by);
}

/** Return the newer half, whose end it keeps: the newest match is in it, also where it is the only one. */
export function newerHalf({ from, to }: Span): Span {
  return spanOf(to - Math.max(LEAST_MS, (to - from) / 2), to);
}

/** Return the span made longer or shorter about its middle. */
export function scaled({ from, to }: Span, by: number): Span {
  const half = Math.max(LEAST_MS, (to - from) * by) / 2;
  return spanOf((from + to) / 2 - half, (from + to) / 2 + half);
}
