import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ColumnSpec, sameSpec, specOf } from "../../../../src/state/columnSpec";
import type { DeckDocument } from "../../../../src/state/deck/deckDocument";
import { changesBetween, mergeDecks, sameDeck } from "../../../../src/state/deck/saved/mergeDecks";
import { DEFAULT_SETTINGS } from "../../../../src/state/page/settings";

const spec = (id: string, query = id): ColumnSpec => specOf(id, { query, order: "latest", from: null, to: null }, DEFAULT_SETTINGS);
const deck = (...columns: (string | ColumnSpec)[]): DeckDocument => ({ title: "t", columns: columns.map((one) => (typeof one === "string" ? spec(one) : one)) });
const idsOf = ({ columns }: DeckDocument): string[] => columns.map(({ id }) => id);
const numbered = (): (() => string) => {
  let number = 0;
  return () => `new${number++}`;
};

/** A deck of some columns out of six, each searching for one of three things, in any order. */
const anyDeck = fc.tuple(fc.constantFrom("t", "u"), fc.shuffledSubarray(["a", "b", "c", "d", "e", "f"]), fc.array(fc.constantFrom("x", "y", "z"), { minLength: 6, maxLength: 6 }))
  .map(([title, ids, queries]): DeckDocument => ({ title, columns: ids.map((id, at) => spec(id, queries[at])) }));

describe("two decks that began from one", () => {
  it("lose no column that somebody made or changed, and double none", () => {
    fc.assert(fc.property(anyDeck, anyDeck, anyDeck, (base, theirs, mine) => {
      const { columns } = mergeDecks(base, theirs, mine, numbered());
      const find = (from: DeckDocument, id: string): ColumnSpec | undefined => from.columns.find((one) => one.id === id);
      const has = (wanted: ColumnSpec): boolean => columns.some((one) => sameSpec({ ...one, id: wanted.id }, wanted));
      for (const side of [theirs, mine]) {
        const other = side === mine ? theirs : mine;
        for (const one of side.columns) {
          const before = find(base, one.id);
          const isNew = !before || !sameSpec(before, one);
          if (isNew || (find(other, one.id) && sameSpec(find(other, one.id) as ColumnSpec, one))) expect(has(one)).toBe(true);
        }
      }
      expect(new Set(columns.map(({ id }) => id)).size).toBe(columns.length);
      const known = [...theirs.columns, ...mine.columns];
      for (const one of columns) expect(known.filter((other) => sameSpec({ ...other, id: one.id }, one)).length).toBeGreaterThan(0);
      for (const id of new Set(known.map((one) => one.id))) {
        const both = [find(theirs, id), find(mine, id)].filter((one) => one !== undefined);
        const different = both.length === 2 && !sameSpec(both[0] as ColumnSpec, both[1] as ColumnSpec);
        expect(columns.filter((one) => one.id === id).length).toBeLessThanOrEqual(1);
        if (!different) expect(columns.filter((one) => both.some((other) => other.id === one.id)).length).toBeLessThanOrEqual(1);
      }
    }), { numRuns: 300 });
  });

  it("become what one side has where the other changed nothing", () => {
    fc.assert(fc.property(anyDeck, anyDeck, (base, changed) => {
      expect(sameDeck(mergeDecks(base, changed, base, numbered()), changed)).toBe(true);
      expect(sameDeck(mergeDecks(base, base, changed, numbered()), changed)).toBe(true);
      expect(sameDeck(mergeDecks(base, changed, changed, numbered()), changed)).toBe(true);
    }), { numRuns: 200 });
  });

  it("keep both versions of a column that both changed, side by side", () => {
    const merged = mergeDecks(deck("a", "b"), deck(spec("a", "theirs"), "b"), deck(spec("a", "mine"), "b"), numbered());
    expect(merged.columns.map(({ id, query }) => `${id}:${query}`)).toEqual(["a:theirs", "new0:mine", "b:b"]);
  });

  it("put a column of one side behind the one that it stood behind", () => {
    expect(idsOf(mergeDecks(deck("a", "b", "c"), deck("a", "b", "x", "c"), deck("y", "a", "b", "c"), numbered()))).toEqual(["y", "a", "b", "x", "c"]);
    expect(idsOf(mergeDecks(deck("a", "b", "c"), deck("a", "b", "c", "x"), deck("c", "b", "a"), numbered()))).toEqual(["c", "x", "b", "a"]);
    expect(idsOf(mergeDecks(deck("a", "b"), deck("b"), deck("a", "b", "c"), numbered()))).toEqual(["b", "c"]);
    expect(mergeDecks(deck("a"), { ...deck("a"), title: "theirs" }, deck("a"), numbered()).title).toBe("theirs");
    expect(mergeDecks(deck("a"), { ...deck("a"), title: "theirs" }, { ...deck("a"), title: "mine" }, numbered()).title).toBe("mine");
  });
});

it("the changes between two decks name each column once", () => {
  const changes = changesBetween(deck("a", "b", "c"), { title: "new", columns: [spec("c"), spec("a", "x"), spec("d")] });
  expect(changes.map((one) => ("spec" in one ? `${one.kind} ${one.spec.id}` : one.kind))).toEqual(["title", "removed b", "changed a", "added d", "moved"]);
  expect(changesBetween(deck("a"), deck("a"))).toEqual([]);
});
