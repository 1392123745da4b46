/** One polite voice for screen readers: at most one message in 30 s, the latest wins, and it can be switched off. */

export const ANNOUNCE_EVERY_MS = 30_000;

export class Announcer {
  text = "";
  private lastAt = -Infinity;
  private pending: string | null = null;

  /** Say something when its time comes; a newer message replaces one that waits. */
  announce(message: string): void {
    this.pending = message;
  }

  /** Return whether the spoken text changed at `now` (ms). */
  tick(now: number, on: boolean): boolean {
    if (!on) {
      this.pending = null;
      return false;
    }
    if (this.pending === null || now - this.lastAt < ANNOUNCE_EVERY_MS) return false;
    this.text = this.pending;
    this.pending = null;
    this.lastAt = now;
    return true;
  }
}
