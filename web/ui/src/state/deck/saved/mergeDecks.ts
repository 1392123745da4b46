/**
 * Merge of decks: compares two states of a deck column by column, and joins two states that began from one, so that no column is lost and
 * none is doubled. Everything here is pure; columns are known by their ids.
 */
import { type ColumnSpec, sameSpec } from "../../columnSpec";
import type { DeckDocument } from "../deckDocument";

/** One difference between two states of a deck. `title`: the deck's own. `moved`: the columns that both have stand in another order. */
export type DeckChange =
  | { readonly kind: "title"; readonly title: string }
  | { readonly kind: "moved" }
  | { readonly kind: "added" | "removed"; readonly spec: ColumnSpec }
  | { readonly kind: "changed"; readonly spec: ColumnSpec; readonly before: ColumnSpec };

type ById = ReadonlyMap<string, ColumnSpec>;

const byId = ({ columns }: DeckDocument): ById => new Map(columns.map((spec) => [spec.id, spec]));

/** Return whether two decks have the same title and the same columns in the same order. */
export function sameDeck(a: DeckDocument, b: DeckDocument): boolean {
  return a.title === b.title && a.columns.length === b.columns.length && a.columns.every((spec, at) => sameSpec(spec, b.columns[at] as ColumnSpec));
}

/** Return what happened to a deck between two states, in the order of the columns. */
export function changesBetween(before: DeckDocument, after: DeckDocument): DeckChange[] {
  const [was, is] = [byId(before), byId(after)];
  const changes: DeckChange[] = before.title === after.title ? [] : [{ kind: "title", title: after.title }];
  for (const spec of before.columns) if (!is.has(spec.id)) changes.push({ kind: "removed", spec });
  for (const spec of after.columns) {
    const old = was.get(spec.id);
    if (!old) changes.push({ kind: "added", spec });
    else if (!sameSpec(old, spec)) changes.push({ kind: "changed", spec, before: old });
  }
  if (!sameOrder(before, after)) changes.push({ kind: "moved" });
  return changes;
}

/** Return whether the columns that both decks have stand in the same order. */
function sameOrder(a: DeckDocument, b: DeckDocument): boolean {
  const [inA, inB] = [byId(a), byId(b)];
  const [left, right] = [a.columns.filter(({ id }) => inB.has(id)), b.columns.filter(({ id }) => inA.has(id))];
  return left.every(({ id }, at) => id === right[at]?.id);
}

/**
 * Return one deck with the changes that two people made to `base`. A column that one of them added or changed is in it; a column that one
 * removed is gone if the other left it as it was. Where both changed one column to different things, both are in it, side by side, the
 * second under a new id. Columns stand as `mine` has them if only mine were moved, else as `theirs`. The title is mine if I changed it.
 */
export function mergeDecks(base: DeckDocument, theirs: DeckDocument, mine: DeckDocument, newId: () => string): DeckDocument {
  const was = byId(base);
  const [first, second] = sameOrder(base, theirs) ? [mine, theirs] : [theirs, mine];
  const joined = new Map<string, ColumnSpec[]>();
  const used = new Set([...theirs.columns, ...mine.columns].map(({ id }) => id));
  for (const id of used) joined.set(id, joinedColumn(was.get(id), byId(theirs).get(id), byId(mine).get(id), used, newId));
  const columns = orderOf(first, second).flatMap((id) => joined.get(id) ?? []);
  return { title: mine.title === base.title ? theirs.title : mine.title, columns };
}

/** Return what becomes of one column: nothing, one column, or two. */
function joinedColumn(base: ColumnSpec | undefined, theirs: ColumnSpec | undefined, mine: ColumnSpec | undefined, used: Set<string>, newId: () => string): ColumnSpec[] {
  const isChanged = (spec: ColumnSpec | undefined): spec is ColumnSpec => spec !== undefined && (base === undefined || !sameSpec(spec, base));
  if (!theirs || !mine) {
    const left = theirs ?? mine;
    return isChanged(left) ? [left] : [];
  }
  if (sameSpec(theirs, mine) || !isChanged(mine)) return [theirs];
  return isChanged(theirs) ? [theirs, { ...mine, id: unusedId(used, newId) }] : [mine];
}

function unusedId(used: Set<string>, newId: () => string): string {
  let id = newId();
  while (used.has(id)) id = newId();
  used.add(id);
  return id;
}

/** Return the ids of both decks in the order of the first; each one that only the second has stands behind the one before it there. */
function orderOf(first: DeckDocument, second: DeckDocument): string[] {
  const ids = first.columns.map(({ id }) => id);
  let before = -1;
  for (const { id } of second.columns) {
    const at = ids.indexOf(id);
    if (at < 0) ids.splice(++before, 0, id);
    else before = at;
  }
  return ids;
}
