/**
 * Spike detector: tells whether posts arrive in a column far more often than in its own last hour.
 *
 * The rule: in the last full 60 s at least 10 posts arrived, more than three times the mean a minute of the up to 60 minutes before, and more
 * than four standard deviations above it, where arrivals are taken as independent (Poisson: the deviation is the root of the mean). With
 * fewer than 10 minutes before, nothing is told: the mean is not known yet. Only arrivals that this page saw count, never history.
 */

/** Minutes that the mean looks back. */
const BEFORE_MAX_MIN = 60;
/** Minutes that have to be known for a mean. */
const BEFORE_LEAST_MIN = 10;
const POSTS_LEAST = 10;
const TIMES_LEAST = 3;
const DEVIATIONS_LEAST = 4;
/** Length of a step, ms: the last minute moves by it. */
const STEP_MS = 10_000;
const STEPS_A_MINUTE = 6;

export class SpikeDetector {
  /** Arrivals in steps; the last is the current one. At most an hour, the minute after it and the current step. */
  private steps: number[] = [0];
  private step: number | null = null;

  /** Count arrivals at `now` (ms of a monotonic clock). */
  count(arrivals: number, now: number): void {
    this.advance(now);
    this.steps.push((this.steps.pop() ?? 0) + arrivals);
  }

  /** Return how many times the mean the last minute is, where that is a spike; else null. */
  times(now: number): number | null {
    this.advance(now);
    const full = this.steps.slice(0, -1);
    const before = full.slice(0, -STEPS_A_MINUTE);
    if (before.length < BEFORE_LEAST_MIN * STEPS_A_MINUTE) return null;
    const sum = (steps: readonly number[]): number => steps.reduce((total, one) => total + one, 0);
    const last = sum(full.slice(-STEPS_A_MINUTE));
    const mean = (sum(before) * STEPS_A_MINUTE) / before.length;
    const isSpike = last >= POSTS_LEAST && last > TIMES_LEAST * mean && last > mean + DEVIATIONS_LEAST * Math.sqrt(mean);
    // A mean under one post in the time known says no more than that.
    return isSpike ? last / Math.max(mean, STEPS_A_MINUTE / before.length) : null;
  }

  isSpiking(now: number): boolean {
    return this.times(now) !== null;
  }

  private advance(now: number): void {
    const step = Math.floor(now / STEP_MS);
    const most = (BEFORE_MAX_MIN + 1) * STEPS_A_MINUTE + 1;
    const passed = Math.min(most, step - (this.step ?? step));
    this.step = step;
    for (let at = 0; at < passed; at++) this.steps.push(0);
    if (this.steps.length > most) this.steps = this.steps.slice(-most);
  }
}
