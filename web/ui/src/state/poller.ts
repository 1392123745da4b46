/** Asks the server again and again, never twice at once, and less often the more an answer costs it. */
import { ApiError } from "../wire/api";
import * as problemWords from "../words/problems";

export interface PollJob<T> {
  ask(signal: AbortSignal): Promise<T>;
  onAnswer(answer: T): void;
  onProblem(error: ApiError): void;
}

const COST_SHARE = 20;
const FAILED_WAIT_MS = 5_000;

export class Poller<T extends { took_ms?: number }> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private current: AbortController | null = null;
  private running = false;

  private readonly onVisible = (): void => {
    if (!document.hidden && !this.current) this.schedule(0);
  };

  constructor(
    private readonly job: PollJob<T>,
    private readonly everyMs: number,
  ) {}

  /** Ask now, whatever is under way, and go on until `stop`. */
  start(): void {
    this.stop();
    this.running = true;
    document.addEventListener("visibilitychange", this.onVisible);
    void this.run();
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    document.removeEventListener("visibilitychange", this.onVisible);
    clearTimeout(this.timer);
    this.current?.abort();
    this.current = null;
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), ms);
  }

  private async run(): Promise<void> {
    if (document.hidden) return;
    const abort = new AbortController();
    this.current = abort;
    let wait = FAILED_WAIT_MS;
    try {
      const began = performance.now();
      const answer = await this.job.ask(abort.signal);
      if (abort.signal.aborted) return;
      wait = Math.max(this.everyMs, COST_SHARE * (answer.took_ms ?? performance.now() - began));
      this.job.onAnswer(answer);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.report(error);
    } finally {
      if (this.current === abort) {
        this.current = null;
        this.schedule(wait);
      }
    }
  }

  /** An answer that cannot be used is a failure like any other: it is told, and asked for again. */
  private report(error: unknown): void {
    if (error instanceof ApiError) return this.job.onProblem(error);
    console.error(error);
    this.job.onProblem(new ApiError(0, { code: "unreadable", message: problemWords.unreadable }));
  }
}
