/**
 * Pause machine: holds the causes that pause a list. A view holds and releases the cause that it observes; the list pauses with the first
 * cause and resumes when the last is released. Each call returns whether it paused or resumed the list.
 *
 * - `reader`: the Live button, or its key. Only the reader releases it.
 * - `scroll`: the list is not at its top.
 * - `focus`: a post, or something in one, has the focus.
 * - `touch`: a finger is on the list, or has just pressed something in it.
 * - `dialog`: a dialog is open over the page.
 * - `collapsed`: the column is a strip that shows no posts; it counts the new ones.
 * - `menu`: a menu of a post or word is open.
 */
export type PauseCause = "reader" | "scroll" | "focus" | "touch" | "dialog" | "collapsed" | "menu";

export class PauseMachine {
  private readonly held = new Set<PauseCause>();

  /** Whether any cause is held. */
  get isPaused(): boolean {
    return this.held.size > 0;
  }

  has(cause: PauseCause): boolean {
    return this.held.has(cause);
  }

  /** Hold a cause. Return whether the list pauses now, because no cause was held before. */
  hold(cause: PauseCause): boolean {
    const pauses = !this.isPaused;
    this.held.add(cause);
    return pauses;
  }

  /** Release a cause. Return whether the list resumes now, because no cause is held any more. */
  release(cause: PauseCause): boolean {
    return this.held.delete(cause) && !this.isPaused;
  }

  /** Release every cause. Return whether any was held. */
  clear(): boolean {
    const any = this.isPaused;
    this.held.clear();
    return any;
  }
}
