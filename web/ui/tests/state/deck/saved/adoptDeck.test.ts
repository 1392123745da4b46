import { describe, expect, it } from "vitest";
import { type ColumnSpec, specOf } from "../../../../src/state/columnSpec";
import { adoptDeck, savedColumns } from "../../../../src/state/deck/saved/adoptDeck";
import { DEFAULT_SETTINGS } from "../../../../src/state/page/settings";

const spec = (id: string, query = id): ColumnSpec => specOf(id, { query, order: "latest", from: null, to: null }, DEFAULT_SETTINGS);
const textOf = (columns: readonly ColumnSpec[]): string => columns.map(({ id, query }) => `${id}:${query}`).join(" ");
const busyIs = (...ids: string[]) => (id: string): boolean => ids.includes(id);

describe("a deck that somebody saved", () => {
  const shown = [spec("a"), spec("b"), spec("c")];
  const theirs = [spec("c", "other"), spec("a", "new"), spec("d")];

  it("is shown at once where nobody is in a column", () => {
    const { columns, held } = adoptDeck(shown, theirs, busyIs());
    expect(textOf(columns)).toBe("c:other a:new d:d");
    expect([...held]).toEqual([]);
  });

  it("leaves a column as it is that a reader is in, also where it was removed", () => {
    const { columns, held } = adoptDeck(shown, theirs, busyIs("a", "b"));
    expect(textOf(columns)).toBe("c:other b:b a:a d:d");
    expect([...held]).toEqual(["a", "b"]);
    expect(adoptDeck(shown, shown, busyIs("a")).held.size).toBe(0);
  });

  it("is saved as it was saved, whatever is held, but for what the reader changed", () => {
    const { columns, held } = adoptDeck(shown, theirs, busyIs("a", "b"));
    expect(textOf(savedColumns(columns, columns, theirs, held))).toBe("c:other a:new d:d");
    const typed = columns.map((one) => (one.id === "a" ? spec("a", "mine") : one));
    expect(textOf(savedColumns(typed, columns, theirs, held))).toBe("c:other a:mine d:d");
  });
});
