/** Counts what came in each of the last 60 seconds. */

const SECONDS = 60;

export class RateCounter {
  private readonly slots = new Uint32Array(SECONDS);
  /** All that ever came. */
  total = 0;
  private last: number | null = null;
  private first: number | null = null;

  /** Count `n` things at `now` (ms of a steady clock). */
  count(n: number, now: number): void {
    this.advance(now);
    this.total += n;
    const at = Math.floor(now / 1000) % SECONDS;
    this.slots[at] = (this.slots[at] ?? 0) + n;
  }

  /** Return how many came in a minute; in the first minute what the time so far amounts to. */
  perMinute(now: number): number {
    this.advance(now);
    const elapsed = Math.min(SECONDS, Math.max(5, (now - (this.first ?? now)) / 1000));
    return Math.round((this.slots.reduce((sum, n) => sum + n, 0) * SECONDS) / elapsed);
  }

  private advance(now: number): void {
    const second = Math.floor(now / 1000);
    this.first ??= now;
    const from = this.last ?? second;
    for (let at = from + 1; at <= second && at <= from + SECONDS; at++) this.slots[at % SECONDS] = 0;
    this.last = second;
  }
}
