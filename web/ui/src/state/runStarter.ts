/**
 * Run starter: creates the run of a search, and connects it to a live subscription, or loads its posts from the store if the search has a
 * past span. The first run takes over the subscription that `main.tsx` opened early if it needs the same posts; else that subscription is
 * closed.
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
    /** Subscription opened before the page was loaded. The first run takes it over if it needs the same posts. */
    private early: SubscriptionHandle | null,
  ) {}

  /** Create a run and start its search. `onFrame` is called after the run has applied a frame. */
  start(spec: ColumnSpec, filters: Filters, listener: (run: Run) => RunListener, onFrame: (run: Run, frame: Frame) => void): Run {
    const run: Run = new Run(spec, this.deletedIds, filters, {
      onChange: () => listener(run).onChange(),
      onTimeline: (timeline) => listener(run).onTimeline(timeline),
      onSignedOut: () => listener(run).onSignedOut(),
    });
    const { early } = this;
    this.early = null;
    const takesOver = early?.query === spec.query && early.history === spec.depth && !run.isPast;
    if (!takesOver) early?.close();
    if (run.isPast) void loadSpan(run, () => listener(run).onChange());
    else run.listenTo(takesOver ? early : this.connection.subscribe(spec.query, spec.depth), (frame) => onFrame(run, frame));
    return run;
  }
}
