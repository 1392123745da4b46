/**
 * Announcer: gives screen readers at most one message of the streams in 30 s, and what the reader did at once. It keeps only the latest
 * queued message, publishes it as `text` (which a live region shows) when it is due, and drops it where the reader switched announcements
 * off. What the reader did is `act`, in a live region of its own, and cannot be switched off.
 */

/** Milliseconds between two messages at least. */
export const ANNOUNCE_EVERY_MS = 30_000;

export class Announcer {
  /** Message that a live region of the page shows. */
  text = "";
  /** Last action of the reader, in words, if nothing on the page shows it. */
  act = "";
  private lastAt = -Infinity;
  private pending: string | null = null;

  /** Queue a message. A newer message replaces a queued one. */
  announce(message: string): void {
    this.pending = message;
  }

  /** Say what the reader did. The same words twice differ by a blank, because a live region speaks only of changes. */
  say(act: string): void {
    this.act = act === this.act ? `${act}\u00a0` : act;
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
