/**
 * Run starter: creates the run of a search, and connects it to a live subscription, or loads its posts from the store if the search has a
 * past span. A run of the first columns takes over the subscription that `main.tsx` opened early for the same posts; those that no run took
 * over are closed.
 */
import type { DeletedIds } from "../posts/postStore";
import type { Connection } from "../wire/connection";
import type { Frame } from "../wire/frame";
import type { SubscriptionHandle } from "../wire/liveSubscription";
import { loadSpan } from "./storeLoader";
import type { Filters } from "./list/postFilter";
import { Run, type RunListener } from "./run";
import type { ColumnSpec } from "./columnSpec";

export class RunStarter {
  constructor(
    private readonly connection: Connection,
    private readonly deletedIds: DeletedIds,
    /** Subscriptions opened before the page was loaded. The first runs take over those that have the same posts. */
    private early: readonly SubscriptionHandle[],
  ) {}

  /** Close the early subscriptions that no run took over. */
  closeEarly(): void {
    for (const subscription of this.early) subscription.close();
    this.early = [];
  }

  /** Create a run and start its search. `onFrame` is called after the run has applied a frame. */
  start(spec: ColumnSpec, filters: Filters, listener: (run: Run) => RunListener, onFrame: (run: Run, frame: Frame) => void): Run {
    const run: Run = new Run(spec, this.deletedIds, filters, {
      onChange: () => listener(run).onChange(),
      onTimeline: (timeline) => listener(run).onTimeline(timeline),
      onSignedOut: () => listener(run).onSignedOut(),
    });
    if (run.isPast) void loadSpan(run, () => listener(run).onChange());
    else run.listenTo(this.takeEarly(spec) ?? this.connection.subscribe(spec.query, spec.depth), (frame) => onFrame(run, frame));
    return run;
  }

  /** Return an early subscription with the posts of a spec, which no other run takes over; undefined if there is none. */
  private takeEarly({ query, depth }: ColumnSpec): SubscriptionHandle | undefined {
    const found = this.early.find((one) => one.query === query && one.history === depth);
    this.early = this.early.filter((one) => one !== found);
    return found;
  }
}
