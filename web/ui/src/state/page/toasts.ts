/**
 * The one short message over the page, with a way back where there is one. It goes after some seconds, but not while a reader is on it,
 * and at once when what it speaks of is no longer there: a step back belongs to the search it was taken in.
 */

export interface Toast {
  text: string;
  undo: (() => void) | null;
  /** What it belongs to: it goes with that. Null where it holds for the whole page. */
  owner: object | null;
}

/** A message without a way back is read in this time; one with a way back takes a decision as well. */
const SHOWN_MS = 8_000;
const UNDO_MS = 20_000;

export class Toasts {
  current: Toast | null = null;
  private until = 0;
  private kept = false;

  show(text: string, undo: (() => void) | null = null, owner: object | null = null): void {
    this.current = { text, undo, owner };
    this.kept = false;
    this.restartTimer();
  }

  /** The pointer or the focus is on it, or has left it: the time begins anew then. */
  keepOpen(kept: boolean): void {
    this.kept = kept;
    this.restartTimer();
  }

  /** Take the step back, once. */
  undo(): void {
    const toast = this.current;
    this.clear();
    toast?.undo?.();
  }

  /** Something else is shown now: a message that belonged to what was there before goes. */
  clearUnlessOwnedBy(what: object): void {
    if (this.current?.owner && this.current.owner !== what) this.clear();
  }

  /** Return whether it is gone at `now` (ms). */
  tick(now: number): boolean {
    if (!this.current || this.kept || now <= this.until) return false;
    this.clear();
    return true;
  }

  private clear(): void {
    this.current = null;
    this.kept = false;
  }

  private restartTimer(): void {
    this.until = Date.now() + (this.current?.undo ? UNDO_MS : SHOWN_MS);
  }
}
