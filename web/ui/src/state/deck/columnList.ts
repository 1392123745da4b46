/**
 * Column list: the columns of a deck in order, with the selected one. It adds, removes, restores, moves and selects columns; a deck always
 * has at least one. The column that was removed last can be restored where it stood, until another one is removed. The list starts and
 * disposes of no run but those of removed columns.
 */
import type { Column } from "../column";
import type { ColumnSpec } from "../columnSpec";
import { COLUMNS_MAX } from "./deckAddress";

/** A removed column: what it showed, and where it stood. */
export interface RemovedColumn {
  readonly spec: ColumnSpec;
  readonly index: number;
}

export class ColumnList {
  /** The column that was removed last; null before the first removal and after it was restored. */
  removed: RemovedColumn | null = null;
  private columns: Column[] = [];
  private selectedId = "";

  constructor(
    /** Makes a column without a run. */
    private readonly make: (spec: ColumnSpec) => Column,
  ) {}

  get all(): readonly Column[] {
    return this.columns;
  }

  get selected(): Column {
    const column = this.find(this.selectedId) ?? this.columns[0];
    if (!column) throw new Error("The deck has no column yet.");
    return column;
  }

  get isFull(): boolean {
    return this.columns.length >= COLUMNS_MAX;
  }

  find(id: string): Column | undefined {
    return this.columns.find((column) => column.id === id);
  }

  indexOf(column: Column): number {
    return this.columns.indexOf(column);
  }

  /** Insert a column at an index, by default after the selected one, and select it. Return null if the deck is full. */
  add(spec: ColumnSpec, index = this.columns.length ? this.indexOf(this.selected) + 1 : 0): Column | null {
    if (this.isFull || this.find(spec.id)) return null;
    const column = this.make(spec);
    this.columns.splice(Math.max(0, index), 0, column);
    this.selectedId = spec.id;
    return column;
  }

  /** Remove a column and dispose of its run. If it was selected, its neighbour is. The only column stays: then the answer is false. */
  remove(column: Column): boolean {
    const index = this.indexOf(column);
    if (index < 0 || this.columns.length === 1) return false;
    const { selected } = this;
    this.columns.splice(index, 1);
    this.removed = { spec: column.spec, index };
    this.selectedId = (selected === column ? this.columns[Math.min(index, this.columns.length - 1)] ?? selected : selected).id;
    column.dispose();
    return true;
  }

  /** Insert the column that was removed last where it stood, and select it. Return null if there is none. */
  restore(): Column | null {
    const { removed } = this;
    const column = removed && this.add(removed.spec, Math.min(removed.index, this.columns.length));
    if (column) this.removed = null;
    return column;
  }

  /** Move a column to an index. Return whether that changed the order. */
  move(column: Column, index: number): boolean {
    const from = this.indexOf(column);
    const to = Math.min(Math.max(0, index), this.columns.length - 1);
    if (from < 0 || from === to) return false;
    this.columns.splice(to, 0, ...this.columns.splice(from, 1));
    return true;
  }

  /** Select a column. Return whether another one was selected before. */
  select(column: Column): boolean {
    if (column === this.selected || this.indexOf(column) < 0) return false;
    this.selectedId = column.id;
    return true;
  }

  /**
   * Replace the columns by those of `specs`: a column with a known id stays, others are made without a run, and those that are left over are
   * disposed of. Return each column with its new spec, so that the caller changes it.
   */
  replace(specs: readonly ColumnSpec[], selectedId: string | null = null): { column: Column; spec: ColumnSpec }[] {
    const before = this.columns;
    const index = before.length ? this.indexOf(this.selected) : 0;
    const shown = specs.map((spec) => ({ column: this.find(spec.id) ?? this.make(spec), spec }));
    this.columns = shown.map(({ column }) => column);
    for (const column of before) if (!this.columns.includes(column)) column.dispose();
    const wanted = this.find(selectedId ?? "") ?? this.find(this.selectedId) ?? this.columns[Math.min(index, this.columns.length - 1)];
    this.selectedId = wanted?.id ?? "";
    if (this.removed && this.find(this.removed.spec.id)) this.removed = null;
    return shown;
  }
}
