/** One column: what it is asked to show, and the run that shows it. Whatever belongs to a search lies in the run, not here. */
import type { Run } from "./run";
import { type ColumnSpec, sameRun, sameSpec } from "./spec";

export class Column {
  private currentRun: Run | null = null;
  /** How many runs it has begun: tells a view that all it remembers of the list belongs to another one. */
  runCount = 0;

  constructor(
    private currentSpec: ColumnSpec,
    /** Make a run and begin its search. */
    private readonly begin: (spec: ColumnSpec) => Run,
  ) {}

  get spec(): ColumnSpec {
    return this.currentSpec;
  }

  get id(): string {
    return this.currentSpec.id;
  }

  get run(): Run {
    if (!this.currentRun) throw new Error("The column has not begun.");
    return this.currentRun;
  }

  /**
   * Show something else; return whether a new run begins. One does not where only the order, the filters or the size of a page
   * changed, unless `anew` asks for it.
   */
  change(change: Partial<ColumnSpec>, anew = false): boolean {
    const before = this.currentSpec;
    const next = { ...before, ...change };
    if (!sameSpec(before, next)) this.currentSpec = next;
    if (!anew && this.currentRun && sameRun(before, next)) {
      if (next.order !== this.currentRun.list.order) this.currentRun.setOrder(next.order);
      return false;
    }
    this.currentRun?.dispose();
    this.runCount++;
    this.currentRun = this.begin(this.currentSpec);
    return true;
  }

  dispose(): void {
    this.currentRun?.dispose();
  }
}
