/**
 * Toasts: keep the one short message that is shown over the page, replace it by a newer one, and run its undo where undo is possible. A
 * toast disappears after 8 s (20 s with undo), but not while the pointer or the focus is on it. A toast that belongs to a search disappears
 * with that search, so that undo never changes another one.
 */

export interface Toast {
  text: string;
  undo: (() => void) | null;
  /** Object with which the toast disappears; null for a toast of the whole page. */
  owner: object | null;
}

/** Milliseconds that a toast without undo is shown. */
const SHOWN_MS = 8_000;
/** Milliseconds that a toast with undo is shown: a reader has to decide as well. */
const UNDO_SHOWN_MS = 20_000;

export class Toasts {
  current: Toast | null = null;
  private until = 0;
  private isHeld = false;

  /** Show a toast in place of the current one. */
  show(text: string, undo: (() => void) | null = null, owner: object | null = null): void {
    this.current = { text, undo, owner };
    this.isHeld = false;
    this.restartTimer();
  }

  /** Hold the toast while the pointer or the focus is on it. Its time starts again afterwards. */
  keepOpen(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.restartTimer();
  }

  /** Run the undo of the toast, and remove the toast. */
  undo(): void {
    const toast = this.current;
    this.clear();
    toast?.undo?.();
  }

  /** Remove the toast if it belongs to this owner. A toast of the whole page, or of another column, stays. */
  clearOwnedBy(owner: object): void {
    if (this.current?.owner === owner) this.clear();
  }

  /** Remove the toast if its time is over at `now` (ms), and return whether it was removed. */
  tick(now: number): boolean {
    if (!this.current || this.isHeld || now <= this.until) return false;
    this.clear();
    return true;
  }

  private clear(): void {
    this.current = null;
    this.isHeld = false;
  }

  private restartTimer(): void {
    this.until = Date.now() + (this.current?.undo ? UNDO_SHOWN_MS : SHOWN_MS);
  }
}
