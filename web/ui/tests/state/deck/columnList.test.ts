import { describe, expect, it } from "vitest";
import { Column } from "../../../src/state/column";
import { ColumnList } from "../../../src/state/deck/columnList";
import { COLUMNS_MAX } from "../../../src/state/deck/deckAddress";
import { runOf, SPEC } from "../../runFixtures";

function listOf(...ids: string[]): ColumnList {
  const list = new ColumnList((spec) => new Column(spec, runOf));
  for (const id of ids) list.add({ ...SPEC, id })?.change({}, true);
  return list;
}
const ids = (list: ColumnList): string => list.all.map(({ id }) => (id === list.selected.id ? id.toUpperCase() : id)).join("");
const named = (list: ColumnList, id: string): Column => list.find(id) as Column;

describe("a list of columns", () => {
  it("adds after the selected column, and selects what it added", () => {
    const list = listOf("a", "b", "c");
    expect(ids(list)).toBe("abC");
    list.select(named(list, "a"));
    list.add({ ...SPEC, id: "d" });
    expect(ids(list)).toBe("aDbc");
    expect(list.add({ ...SPEC, id: "d" })).toBeNull();
  });

  it("removes a column with its run, selects its neighbour, and restores it where it stood", () => {
    const list = listOf("a", "b", "c");
    const { run } = named(list, "b");
    list.select(named(list, "b"));
    expect([list.remove(named(list, "b")), ids(list), run.signal.aborted]).toEqual([true, "aC", true]);
    expect([list.restore()?.id, ids(list), list.restore()]).toEqual(["b", "aBc", null]);
  });

  it("restores only what was removed last, and keeps the selection where another column goes", () => {
    const list = listOf("a", "b", "c");
    list.remove(named(list, "a"));
    list.remove(named(list, "b"));
    expect(ids(list)).toBe("C");
    expect(list.remove(named(list, "c"))).toBe(false);
    expect([list.restore()?.id, ids(list)]).toEqual(["b", "Bc"]);
  });

  it("moves within its ends", () => {
    const list = listOf("a", "b", "c");
    expect([list.move(named(list, "c"), -5), ids(list)]).toEqual([true, "Cab"]);
    expect([list.move(named(list, "c"), 0), list.move(named(list, "a"), 9), ids(list)]).toEqual([false, true, "Cba"]);
  });

  it("is replaced by specs: known columns stay, others come and go", () => {
    const list = listOf("a", "b", "c");
    const [kept, left] = [named(list, "b"), named(list, "c")];
    const shown = list.replace([{ ...SPEC, id: "x" }, { ...SPEC, id: "b", query: "ferry" }]);
    expect([ids(list), shown[1]?.column === kept, shown[0]?.column.hasRun, left.run.signal.aborted]).toEqual(["xB", true, false, true]);
    list.replace([{ ...SPEC, id: "x" }, { ...SPEC, id: "b" }], "x");
    expect(ids(list)).toBe("Xb");
  });

  it("is bounded", () => {
    const list = listOf(...Array.from({ length: COLUMNS_MAX + 5 }, (_, at) => `c${at}`));
    expect(list.all.length).toBe(COLUMNS_MAX);
  });
});
