/**
 * Render scheduler: draws the page at most once a frame: in the next frame after an action of the reader, and less often for frames of the
 * connection, rarer still in a fast stream and while the reader scrolls. The first draw waits up to 120 ms for posts. Without a request no
 * animation frame is scheduled, so that the browser can idle.
 */

export type RenderCause = "reader" | "wire";

/** Milliseconds between two draws for the wire. */
const GAP_MS = 30;
/** Milliseconds by which the first draw waits for posts at most. Drawing an empty page first makes the posts appear later. */
const FIRST_MS = 120;
/** Posts a minute above which the stream counts as a torrent: the list changes faster than anybody reads. */
export const TORRENT_A_MINUTE = 6_000;
/** Milliseconds between two draws for the wire in a torrent. The remaining time serves the reader's actions. */
const TORRENT_GAP_MS = 200;
/** Milliseconds between two draws for the wire while the reader scrolls: the list is paused then, and only counters change. */
const MOVING_GAP_MS = 500;
/** Milliseconds after the last scroll event during which the reader counts as scrolling. */
const MOVING_MS = 200;
const FRAME_MS = 16;

export class RenderScheduler {
  private lastDrawAt = -Infinity;
  private lastScrollAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frameRequested = false;
  private readonly begunAt = performance.now();

  /** `perMinute`: posts that arrive a minute; `ready`: whether there are posts, or a message, for a first draw. */
  constructor(
    private readonly draw: (now: number) => void,
    private readonly perMinute: (now: number) => number,
    private readonly ready: () => boolean = () => true,
  ) {}

  /** Request a draw: for the reader in the next frame, for the wire when the gap since the last draw has passed. */
  request(cause: RenderCause = "reader"): void {
    if (this.frameRequested) return;
    if (this.lastDrawAt === -Infinity) return this.first();
    if (cause === "reader") return this.requestFrame();
    if (this.timer !== undefined) return;
    const now = performance.now();
    const gap = now - this.lastScrollAt < MOVING_MS ? MOVING_GAP_MS : this.perMinute(now) > TORRENT_A_MINUTE ? TORRENT_GAP_MS : GAP_MS;
    const wait = this.lastDrawAt + gap - now;
    if (wait < FRAME_MS) this.requestFrame();
    else this.timer = setTimeout(() => this.requestFrame(), wait - FRAME_MS / 2);
  }

  /** Note that the reader scrolls. */
  onScroll(): void {
    this.lastScrollAt = performance.now();
  }

  private first(): void {
    const wait = this.begunAt + FIRST_MS - performance.now();
    if (wait <= 0 || this.ready()) this.requestFrame();
    else this.timer ??= setTimeout(() => this.requestFrame(), wait);
  }

  private requestFrame(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.frameRequested = true;
    requestAnimationFrame(() => {
      this.frameRequested = false;
      this.lastDrawAt = performance.now();
      this.draw(this.lastDrawAt);
    });
  }
}
