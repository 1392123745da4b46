/** Asks the server again and again, never twice at once, and less often the more an answer costs it. */
import { ApiError } from "../wire/api";

export interface Job<T> {
  ask(signal: AbortSignal): Promise<T>;
  took(answer: T): void;
  failed(error: ApiError): void;
}

const COST_SHARE = 20;
const FAILED_WAIT_MS = 5_000;

export class Poller<T extends { took_ms?: number }> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | null = null;
  private running = false;

  private readonly seen = (): void => {
    if (!document.hidden && !this.abort) this.soon(0);
  };

  constructor(
    private readonly job: Job<T>,
    private readonly everyMs: number,
  ) {}

  /** Ask now, whatever is under way, and go on until `stop`. */
  start(): void {
    this.stop();
    this.running = true;
    document.addEventListener("visibilitychange", this.seen);
    void this.run();
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.timer);
    this.abort?.abort();
    this.abort = null;
  }

  private soon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), ms);
  }

  private async run(): Promise<void> {
    if (document.hidden) return;
    const abort = new AbortController();
    this.abort = abort;
    let wait = FAILED_WAIT_MS;
    try {
      const began = performance.now();
      const answer = await this.job.ask(abort.signal);
      if (abort.signal.aborted) return;
      wait = Math.max(this.everyMs, COST_SHARE * (answer.took_ms ?? performance.now() - began));
      this.job.took(answer);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.tell(error);
    } finally {
      if (this.abort === abort) {
        this.abort = null;
        this.soon(wait);
      }
    }
  }

  /** An answer that cannot be used is a failure like any other: it is told, and asked for again. */
  private tell(error: unknown): void {
    if (error instanceof ApiError) return this.job.failed(error);
    console.error(error);
    this.job.failed(new ApiError(0, { code: "unreadable", message: "The server's answer could not be read." }));
  }
}
