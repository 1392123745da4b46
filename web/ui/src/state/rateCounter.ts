/**
 * Rate counter: counts arrivals in each of the last 60 seconds and in all, and returns the rate a minute, extrapolated during the first
 * minute.
 */

/** Seconds that the rate looks back. */
const WINDOW_S = 60;

export class RateCounter {
  private readonly slots = new Uint32Array(WINDOW_S);
  /** Number of all arrivals. */
  total = 0;
  private last: number | null = null;
  private first: number | null = null;

  /** Count `n` arrivals at `now` (ms of a monotonic clock). */
  count(n: number, now: number): void {
    this.advance(now);
    this.total += n;
    const at = Math.floor(now / 1000) % WINDOW_S;
    this.slots[at] = (this.slots[at] ?? 0) + n;
  }

  /** Return the arrivals a minute. In the first minute they are extrapolated from the time so far, of at least 5 s. */
  perMinute(now: number): number {
    this.advance(now);
    const elapsed = Math.min(WINDOW_S, Math.max(5, (now - (this.first ?? now)) / 1000));
    return Math.round((this.slots.reduce((sum, n) => sum + n, 0) * WINDOW_S) / elapsed);
  }

  private advance(now: number): void {
    const second = Math.floor(now / 1000);
    this.first ??= now;
    const from = this.last ?? second;
    for (let at = from + 1; at <= second && at <= from + WINDOW_S; at++) this.slots[at % WINDOW_S] = 0;
    this.last = second;
  }
}
