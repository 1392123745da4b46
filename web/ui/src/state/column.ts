/**
 * Column: pairs the spec that a column shows (search, order, time, filters) with the run of its search. A change of search, time or depth
 * disposes of the run and starts another; a change of order reaches the current run, and other changes keep it. `runCount` counts the runs,
 * so that a view forgets the state of the former list.
 */
import type { Run } from "./run";
import { type ColumnSpec, sameRun, sameSpec } from "./columnSpec";

export class Column {
  private currentRun: Run | null = null;
  /** Number of runs started. It changes with the run, so that a view forgets the state that belongs to the former list. */
  runCount = 0;

  constructor(
    private currentSpec: ColumnSpec,
    /** Creates a run and starts its search. */
    private readonly startRun: (spec: ColumnSpec) => Run,
  ) {}

  get spec(): ColumnSpec {
    return this.currentSpec;
  }

  get id(): string {
    return this.currentSpec.id;
  }

  /** Whether a search has been started. */
  get hasRun(): boolean {
    return this.currentRun !== null;
  }

  get run(): Run {
    if (!this.currentRun) throw new Error("The column has no run yet.");
    return this.currentRun;
  }

  /**
   * Change the spec. Return whether a new run starts. A change of order, filters, media or page size alone keeps the run, unless
   * `restart` is set.
   */
  change(change: Partial<ColumnSpec>, restart = false): boolean {
    const before = this.currentSpec;
    const next = { ...before, ...change };
    if (!sameSpec(before, next)) this.currentSpec = next;
    if (!restart && this.currentRun && sameRun(before, next)) {
      if (next.order !== this.currentRun.list.order) this.currentRun.setOrder(next.order);
      return false;
    }
    this.currentRun?.dispose();
    this.runCount++;
    this.currentRun = this.startRun(this.currentSpec);
    return true;
  }

  dispose(): void {
    this.currentRun?.dispose();
  }
}
