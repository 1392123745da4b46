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

  constructor(
    private readonly job: Job<T>,
    private readonly everyMs: number,
  ) {
    document.addEventListener("visibilitychange", () => {
      if (this.running && !document.hidden && !this.abort) this.soon(0);
    });
  }

  /** Ask now, whatever is under way, and go on; `once` asks a single time. */
  start(once = false): void {
    this.stop();
    this.running = !once;
    void this.run();
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    this.abort?.abort();
    this.abort = null;
  }

  private soon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), ms);
  }

  private async run(): Promise<void> {
    if (document.hidden && this.running) return;
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
      if (!(error instanceof ApiError)) throw error;
      this.job.failed(error);
    }
    this.abort = null;
    if (this.running) this.soon(wait);
  }
}
