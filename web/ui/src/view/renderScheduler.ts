/**
 * When the page is drawn: at most once a frame, at once for the reader, and for the wire never faster than the eye needs.
 * Between two draws no frame is asked for, so that the browser rests.
 */

export type RenderCause = "reader" | "wire";

const GAP_MS = 30;
/** An empty page drawn before the first posts only holds them up; so long at most they are waited for. */
const FIRST_MS = 120;
/** In a torrent five lists a second are already more than can be read; the rest of the time is the reader's. */
export const TORRENT_A_MINUTE = 6_000;
const TORRENT_GAP_MS = 200;
/** While the reader scrolls, the list stands still, and only counters could change: every frame is the scrolling's. */
const MOVING_GAP_MS = 500;
const MOVING_MS = 200;
const FRAME_MS = 16;

export class RenderScheduler {
  private drawnAt = -Infinity;
  private movedAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = false;
  private readonly begunAt = performance.now();

  /** `ready`: there is something worth a first look. */
  constructor(
    private readonly draw: (now: number) => void,
    private readonly perMinute: (now: number) => number,
    private readonly ready: () => boolean = () => true,
  ) {}

  /** Draw soon. */
  request(cause: RenderCause = "reader"): void {
    if (this.asked) return;
    if (this.drawnAt === -Infinity) return this.first();
    if (cause === "reader") return this.ask();
    if (this.timer !== undefined) return;
    const now = performance.now();
    const gap = now - this.movedAt < MOVING_MS ? MOVING_GAP_MS : this.perMinute(now) > TORRENT_A_MINUTE ? TORRENT_GAP_MS : GAP_MS;
    const wait = this.drawnAt + gap - now;
    if (wait < FRAME_MS) this.ask();
    else this.timer = setTimeout(() => this.ask(), wait - FRAME_MS / 2);
  }

  /** The reader scrolls. */
  onScroll(): void {
    this.movedAt = performance.now();
  }

  private first(): void {
    const wait = this.begunAt + FIRST_MS - performance.now();
    if (wait <= 0 || this.ready()) this.ask();
    else this.timer ??= setTimeout(() => this.ask(), wait);
  }

  private ask(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.drawnAt = performance.now();
      this.draw(this.drawnAt);
    });
  }
}
