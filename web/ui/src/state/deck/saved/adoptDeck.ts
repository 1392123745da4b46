/**
 * Adopting a deck that somebody else saved: decides which columns are shown now. A column that a reader types in or whose list is being read
 * is held: it stays as it is, also where it was removed, until it is free.
 */
import { type ColumnSpec, sameSpec } from "../../columnSpec";

export interface AdoptedDeck {
  /** Columns to show. */
  readonly columns: ColumnSpec[];
  /** Ids of the columns that are shown in a former state. */
  readonly held: ReadonlySet<string>;
}

/** Return the columns to show after somebody saved `theirs`. `shown`: the columns of the page, `isBusy`: whether a column must not change. */
export function adoptDeck(shown: readonly ColumnSpec[], theirs: readonly ColumnSpec[], isBusy: (id: string) => boolean): AdoptedDeck {
  const held = new Set<string>();
  const now = new Map(shown.map((spec) => [spec.id, spec]));
  const columns = theirs.map((spec) => {
    const mine = now.get(spec.id);
    if (!mine || sameSpec(mine, spec) || !isBusy(spec.id)) return spec;
    held.add(spec.id);
    return mine;
  });
  const known = new Set(theirs.map(({ id }) => id));
  for (const [at, spec] of shown.entries()) {
    if (known.has(spec.id) || !isBusy(spec.id)) continue;
    held.add(spec.id);
    columns.splice(Math.min(at, columns.length), 0, spec);
  }
  return { columns, held };
}

/**
 * Return the columns as the reader would save them: a held column that the reader did not change is the one that was saved, or gone where it
 * was removed. `expected`: the columns as they were shown when the deck was adopted.
 */
export function savedColumns(shown: readonly ColumnSpec[], expected: readonly ColumnSpec[], theirs: readonly ColumnSpec[], held: ReadonlySet<string>): ColumnSpec[] {
  const [before, saved] = [new Map(expected.map((spec) => [spec.id, spec])), new Map(theirs.map((spec) => [spec.id, spec]))];
  return shown.flatMap((spec) => {
    const old = before.get(spec.id);
    if (!held.has(spec.id) || !old || !sameSpec(old, spec)) return [spec];
    const replacement = saved.get(spec.id);
    return replacement ? [replacement] : [];
  });
}
