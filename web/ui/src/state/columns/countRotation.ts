/**
 * Count rotation: requests the counts of the columns that a reader sees beside the selected one, one column after another, so that each is
 * counted every 10 s and together they take as little of the server's time as one poller. Columns out of sight are not counted. A column
 * without counts, or whose counts are out of date, is first in turn.
 */
import type { Timeline } from "../../wire/api";
import type { Column } from "../column";
import type { MatchCounts } from "../matchCounts";
import { Poller } from "../poller";

/** Milliseconds after which the counts of a visible column are requested again. */
const EVERY_MS = 10_000;
/** Milliseconds between two requests while a column has no counts yet. */
const FIRST_MS = 100;

export class CountRotation {
  private current: MatchCounts | null = null;
  private readonly stale = new WeakSet<MatchCounts>();
  private readonly poller: Poller<Timeline>;

  constructor(
    /** Returns the columns that are counted in turn. */
    private readonly columns: () => readonly Column[],
  ) {
    this.poller = new Poller<Timeline>({
      request: async (signal) => {
        this.current = this.next();
        if (!this.current) this.poller.stop();  // the signal is aborted then, and nothing counts as a failure
        signal.throwIfAborted();
        return await (this.current as MatchCounts).request(signal);
      },
      onAnswer: (timeline) => {
        if (this.current) this.stale.delete(this.current);
        this.current?.take(timeline);
      },
      onProblem: (error) => this.current?.fail(error),
    }, () => this.everyMs());
  }

  /** Count the columns from now on, those first whose counts are missing or out of date. Without columns nothing is requested. */
  start(): void {
    if (this.waiting().length) this.poller.start();
    else this.poller.stop();
  }

  stop(): void {
    this.poller.stop();
  }

  /** Request the counts of a column before those of others. */
  renew(column: Column): void {
    this.stale.add(column.run.counts);
    this.start();
  }

  private waiting(): MatchCounts[] {
    return this.columns().map(({ run }) => run.counts).filter((counts) => !counts.isRefused);
  }

  private age(counts: MatchCounts): number {
    return this.stale.has(counts) || !counts.askedAt ? Infinity : Date.now() - counts.askedAt;
  }

  private next(): MatchCounts | null {
    return this.waiting().reduce<MatchCounts | null>((oldest, one) => (oldest && this.age(oldest) >= this.age(one) ? oldest : one), null);
  }

  private everyMs(): number {
    const waiting = this.waiting();
    if (!waiting.length) return EVERY_MS;
    return waiting.some((counts) => this.age(counts) === Infinity) ? FIRST_MS : EVERY_MS / waiting.length;
  }
}
