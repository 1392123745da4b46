/** One column: what it is asked to show, and the run that shows it. Whatever belongs to a search lies in the run, not here. */
import type { Run } from "./run";
import { type ColumnSpec, sameRun, sameSpec } from "./spec";

export class Column {
  private current: Run | null = null;
  /** How many runs it has begun: tells a view that all it remembers of the list belongs to another one. */
  runs = 0;

  constructor(
    private asked: ColumnSpec,
    /** Make a run and begin its search. */
    private readonly begin: (spec: ColumnSpec) => Run,
  ) {}

  get spec(): ColumnSpec {
    return this.asked;
  }

  get id(): string {
    return this.asked.id;
  }

  get run(): Run {
    if (!this.current) throw new Error("The column has not begun.");
    return this.current;
  }

  /**
   * Show something else; return whether a new run begins. One does not where only the order, the filters or the size of a page
   * changed, unless `anew` asks for it.
   */
  change(change: Partial<ColumnSpec>, anew = false): boolean {
    const before = this.asked;
    const next = { ...before, ...change };
    if (!sameSpec(before, next)) this.asked = next;
    if (!anew && this.current && sameRun(before, next)) {
      if (next.order !== this.current.list.order) this.current.setOrder(next.order);
      return false;
    }
    this.current?.dispose();
    this.runs++;
    this.current = this.begin(this.asked);
    return true;
  }

  dispose(): void {
    this.current?.dispose();
  }
}
