/**
 * Match counts: requests how many stored posts match a search over time, once or at intervals, keeps the last answer or the reason why there is none, and informs a
 * listener of answers, errors and a required sign-in. Polling stops when the search itself is wrong.
 */
import { api, type Timeline } from "../wire/api";
import type { ApiError } from "../wire/api";
import type { Route } from "./page/route";
import { Poller } from "./poller";

/** Milliseconds between two requests of the counts. */
const MATCH_COUNTS_EVERY_MS = 2_000;

/** Receives the events of the counts. */
export interface MatchCountsListener {
  onTimeline(timeline: Timeline): void;
  onChange(): void;
  onSignedOut(): void;
}

export class MatchCounts {
  /** The last answer; it may be out of date while `problem` is set. */
  timeline: Timeline | null = null;
  /** Why the last request failed; null while counts arrive. */
  problem: string | null = null;
  /** Time at which `timeline` arrived, ms. */
  updatedAt = 0;
  /** Time of the last request, ms; 0 before the first. */
  askedAt = 0;
  /** Whether the server refused the search itself: it is not requested again. */
  isRefused = false;
  private readonly poller: Poller<Timeline>;

  constructor(
    private readonly route: Readonly<Route>,
    private readonly listener: MatchCountsListener,
  ) {
    this.poller = new Poller<Timeline>({
      request: (signal) => this.request(signal),
      onAnswer: (timeline) => this.take(timeline),
      onProblem: (error) => this.fail(error),
    }, () => MATCH_COUNTS_EVERY_MS);
  }

  /** Request the counts now and at intervals until `stop`. */
  start(): void {
    this.poller.start();
  }

  stop(): void {
    this.poller.stop();
  }

  /** Request the counts once. The caller passes the answer to `take`, an error to `fail`. */
  request(signal: AbortSignal): Promise<Timeline> {
    const { query, from, to } = this.route;
    this.askedAt = Date.now();
    return api.timeline({ q: query, from, to }, signal);
  }

  take(timeline: Timeline): void {
    this.timeline = timeline;
    this.problem = null;
    this.updatedAt = Date.now();
    this.listener.onTimeline(timeline);
    this.listener.onChange();
  }

  fail(error: ApiError): void {
    if (error.status === 401) return this.listener.onSignedOut();
    this.problem = error.message;
    if (error.status === 400) {
      this.isRefused = true;
      this.poller.stop();
    }
    this.listener.onChange();
  }
}
