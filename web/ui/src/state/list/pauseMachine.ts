/**
 * Why a list stands still. Each cause is held and released by whoever knows of it; the list goes on when the last one is gone.
 *
 * - `reader`: the Live button, or its key. Only the reader releases it.
 * - `scroll`: the list is not at its top.
 * - `focus`: a post, or something in one, has the focus.
 * - `touch`: a finger is on the list, or has just pressed something in it.
 * - `dialog`: a dialog is open over the page.
 */
export type PauseCause = "reader" | "scroll" | "focus" | "touch" | "dialog";

export class PauseMachine {
  private readonly held = new Set<PauseCause>();

  /** Whether anything holds the list. */
  get isPaused(): boolean {
    return this.held.size > 0;
  }

  has(cause: PauseCause): boolean {
    return this.held.has(cause);
  }

  /** Return whether the list stops by it: nothing held it before. */
  hold(cause: PauseCause): boolean {
    const stops = !this.isPaused;
    this.held.add(cause);
    return stops;
  }

  /** Return whether the list goes on by it: nothing holds it any more. */
  release(cause: PauseCause): boolean {
    return this.held.delete(cause) && !this.isPaused;
  }

  /** Release all; return whether anything was held. */
  clear(): boolean {
    const any = this.isPaused;
    this.held.clear();
    return any;
  }
}
