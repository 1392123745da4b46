/**
 * Shown deck: which columns of a stored deck the page shows, and which it holds in a former state because a reader is in them; so that what a
 * reader changed can be told from what waits to be shown.
 */
import type { ColumnSpec } from "../../columnSpec";
import { adoptDeck, savedColumns } from "./adoptDeck";
import type { KeptPage } from "./keptPage";

export class ShownDeck {
  /** Ids of the columns that are shown in a former state. */
  held: ReadonlySet<string> = new Set();
  /** The columns as they were shown when the stored deck was taken. */
  private expected: readonly ColumnSpec[] = [];

  constructor(private readonly page: KeptPage) {}

  /** Show stored columns, but for those in which a reader is. */
  take(columns: readonly ColumnSpec[], isBusy: (id: string) => boolean): void {
    const adopted = adoptDeck(this.page.specs, columns, isBusy);
    this.held = adopted.held;
    this.show(adopted.columns);
  }

  show(columns: readonly ColumnSpec[]): void {
    this.expected = columns;
    this.page.show(columns);
    this.page.replaceHistory();
  }

  /** Note that the columns that are shown are stored now. */
  settle(columns: readonly ColumnSpec[]): void {
    [this.expected, this.held] = [columns, new Set()];
  }

  /** Return the columns as the reader would save them over `stored`. */
  columnsToSave(stored: readonly ColumnSpec[]): ColumnSpec[] {
    return savedColumns(this.page.specs, this.expected, stored, this.held);
  }

  /** Whether a held column is free by now. */
  get canShowMore(): boolean {
    return [...this.held].some((id) => !this.page.isBusy(id));
  }
}
