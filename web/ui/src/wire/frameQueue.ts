/**
 * Frame queue (time slicing): handles wire frames in order, and lets the browser draw in between. After some milliseconds of work the rest
 * waits for the next animation frame, so that the first posts of a long history are drawn before the last ones are handled.
 *
 * The queue is bounded: when it is full, and in a hidden page (which draws nothing and has slow timers), all frames are handled at once.
 * `flush` does the same, as before a connection is replaced.
 */

/** Milliseconds of work in one frame. */
const SLICE_MS = 8;
/** Queued frames above which all are handled at once. */
const MOST = 256;
/** Milliseconds to wait for an animation frame: a page that has just been hidden has none. */
const UNSEEN_MS = 50;

/** Call back after the next animation frame. */
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

  /** Handle all queued frames now. */
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
