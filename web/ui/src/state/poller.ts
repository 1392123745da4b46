/**
 * Poller: repeats a request at intervals, one request at a time, and passes answers and errors to its job. The interval grows with the time
 * that an answer costs the server, and is 5 s after a failure. A hidden page requests nothing; stopping aborts the request that is under
 * way.
 */
import { ApiError } from "../wire/api";
import { problemWords } from "../words";

export interface PollJob<T> {
  request(signal: AbortSignal): Promise<T>;
  onAnswer(answer: T): void;
  onProblem(error: ApiError): void;
}

/** The interval is at least this many times the cost of an answer: polling takes 5 % of the server's time at most. */
const COST_FACTOR = 20;
/** Milliseconds until the next request after a failure. */
const FAILURE_WAIT_MS = 5_000;

export class Poller<T extends { took_ms?: number }> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private current: AbortController | null = null;
  private running = false;

  private readonly onVisible = (): void => {
    if (!document.hidden && !this.current) this.schedule(0);
  };

  constructor(
    private readonly job: PollJob<T>,
    /** Milliseconds between two requests at least. */
    private readonly everyMs: () => number,
  ) {}

  /** Request now, abort a request that is under way, and repeat until `stop`. A hidden page requests nothing. */
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
    let waitMs = FAILURE_WAIT_MS;
    try {
      const startedAt = performance.now();
      const answer = await this.job.request(abort.signal);
      if (abort.signal.aborted) return;
      const cost = COST_FACTOR * (answer.took_ms ?? performance.now() - startedAt);
      this.job.onAnswer(answer);
      waitMs = Math.max(this.everyMs(), cost);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.report(error);
    } finally {
      if (this.current === abort) {
        this.current = null;
        this.schedule(waitMs);
      }
    }
  }

  /** Report a failure. An answer that the job cannot use is a failure as well, so that the poller survives it. */
  private report(error: unknown): void {
    if (error instanceof ApiError) return this.job.onProblem(error);
    console.error(error);
    this.job.onProblem(new ApiError(0, { code: "unreadable", message: problemWords.unreadable }));
  }
}
