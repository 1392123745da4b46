/**
 * Spike meter: tells whether posts arrive much faster than they did before. It counts arrivals in steps of ten seconds over ten minutes; a
 * step is a spike when it has at least five posts, twice as many as usual, and more than chance explains (four standard deviations of a
 * Poisson count). The mark stays for a minute, so that a glance finds it.
 */

const STEP_MS = 10_000;
/** Steps that the meter looks back. */
const STEPS_MAX = 60;
/** Steps before which nothing is known of what is usual. */
const STEPS_MIN = 6;
/** Milliseconds that the mark stays after the last spike. */
const MARK_MS = 60_000;
/** Posts in a step that may be a spike. */
const POSTS_MIN = 5;

export class SpikeMeter {
  /** Arrivals of former steps, the newest last. */
  private readonly steps: number[] = [];
  private current = 0;
  private step: number | null = null;
  private spikedAt = -Infinity;

  /** Count `n` arrivals at `now` (ms of a monotonic clock). */
  count(n: number, now: number): void {
    this.advance(now);
    this.current += n;
    if (this.exceedsUsual()) this.spikedAt = now;
  }

  /** Return whether a spike was seen within the last minute. */
  isSpiking(now: number): boolean {
    return now - this.spikedAt < MARK_MS;
  }

  private exceedsUsual(): boolean {
    if (this.steps.length < STEPS_MIN || this.current < POSTS_MIN) return false;
    const usual = this.steps.reduce((sum, one) => sum + one, 0) / this.steps.length;
    return this.current >= 2 * usual && this.current > usual + 4 * Math.sqrt(Math.max(1, usual));
  }

  private advance(now: number): void {
    const step = Math.floor(now / STEP_MS);
    const passed = Math.min(step - (this.step ?? step), STEPS_MAX);
    this.step = step;
    for (let count = 0; count < passed; count++) {
      this.steps.push(this.current);
      this.current = 0;
    }
    this.steps.splice(0, this.steps.length - STEPS_MAX);
  }
}
