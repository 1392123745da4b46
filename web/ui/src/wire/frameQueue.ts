/**
 * Takes what comes one after another, in order, and lets the browser draw between: after some milliseconds of work the rest
 * waits for the next frame. So the first posts of a long history are seen before the last ones are folded.
 *
 * Bounded: where more waits than may, it is taken at once, as if it came without turns; and so it is in a page that is hidden,
 * which draws nothing and whose timers are slow.
 */

const SLICE_MS = 8;
const MOST = 256;
/** A page that has just been hidden has no next frame. */
const UNSEEN_MS = 50;

/** Call back once the next frame is drawn. */
function afterFrame(then: () => void): void {
  let called = false;
  const once = (): void => {
    if (called) return;
    called = true;
    clearTimeout(timer);
    then();
  };
  const timer = setTimeout(once, UNSEEN_MS);
  requestAnimationFrame(() => setTimeout(once));
}

export class FrameQueue<T> {
  private waiting: T[] = [];
  private resting = false;
  private taking = false;

  constructor(
    private readonly take: (one: T) => void,
    private readonly rest: (then: () => void) => void = afterFrame,
    private readonly now: () => number = () => performance.now(),
    private readonly hidden: () => boolean = () => document.hidden,
  ) {}

  add(one: T): void {
    this.waiting.push(one);
    if (this.waiting.length > MOST || this.hidden()) this.flush();
    else if (!this.resting) this.run(SLICE_MS);
  }

  /** Take all that waits now. */
  flush(): void {
    this.run(Infinity);
  }

  private run(slice: number): void {
    if (this.taking) return;
    this.taking = true;
    const end = this.now() + slice;
    try {
      for (let one = this.waiting.shift(); one !== undefined; one = this.now() < end ? this.waiting.shift() : undefined) this.take(one);
    } finally {
      this.taking = false;
    }
    if (this.resting || this.now() < end) return;
    this.resting = true;
    this.rest(() => {
      this.resting = false;
      this.run(SLICE_MS);
    });
  }
}
