/**
 * Announcer: gives screen readers at most one message in 30 s. It keeps only the latest queued message, publishes it as `text` (which a
 * live region shows) when it is due, and drops it where the reader switched announcements off.
 */

/** Milliseconds between two messages at least. */
export const ANNOUNCE_EVERY_MS = 30_000;

export class Announcer {
  /** Message that a live region of the page shows. */
  text = "";
  private lastAt = -Infinity;
  private pending: string | null = null;

  /** Queue a message. A newer message replaces a queued one. */
  announce(message: string): void {
    this.pending = message;
  }

  /** Publish the queued message if it is due at `now` (ms), and return whether `text` changed. A disabled announcer drops the message. */
  tick(now: number, enabled: boolean): boolean {
    if (!enabled) {
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
