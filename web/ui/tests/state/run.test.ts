import { describe, expect, it } from "vitest";
import { DeletedIds } from "../../src/posts/postStore";
import { Column } from "../../src/state/column";
import { filtersOf } from "../../src/state/list/postFilter";
import type { Run } from "../../src/state/run";
import { readRoute, writeRoute } from "../../src/state/page/route";
import { sameSearch, sameSpec, specFromJson, specToJson } from "../../src/state/spec";
import { post } from "../madePosts";
import { runOf, SPEC } from "../madeRuns";

const live = (id: string, at: number) => ({ type: "posts" as const, key: "k", after: at, posts: [post(id, { created_at: at })] });
const history = (...ids: string[]) => ({ type: "history" as const, key: "k", posts: ids.map((id, at) => post(id, { created_at: at + 1 })), done: true, after: 1 });
const shown = (run: Run): string[] => run.cards(1e9).map((card) => card.id);

describe("what holds a list", () => {
  it("is named, and the list goes on when the last of it is gone", () => {
    const run = runOf();
    run.applyFrame(history("a"), 0);
    run.hold("focus");
    run.hold("scroll");
    run.applyFrame(live("b", 2), 0);
    run.release("focus");
    expect([run.state, shown(run), run.newCount]).toEqual(["paused", ["a"], 1]);
    run.release("scroll");
    expect([run.state, shown(run), run.newCount]).toEqual(["live", ["b", "a"], 0]);
  });

  it("is the reader's own word until the reader takes it back, wherever the list is scrolled meanwhile", () => {
    const run = runOf();
    run.hold("reader");
    run.hold("scroll");
    run.release("scroll");
    expect(run.state).toBe("paused");
    run.resume();
    expect(run.state).toBe("live");
  });

  it("does not hold a closed time, which stands still by itself", () => {
    const run = runOf({ from: 1, to: 9 });
    run.hold("scroll");
    expect(run.state).toBe("past");
    run.release("scroll");
    expect(run.state).toBe("past");
  });
});

describe("a column", () => {
  function column(deletedIds = new DeletedIds()): { column: Column; begun: Run[] } {
    const begun: Run[] = [];
    const made = new Column(SPEC, (spec) => {
      const run = runOf(spec, deletedIds);
      begun.push(run);
      return run;
    });
    made.change({}, true);
    return { column: made, begun };
  }

  it("throws a run away whole when it searches for something else, and begins the next one live", () => {
    const { column: one, begun } = column();
    one.run.hold("focus");
    const former = one.run;
    expect(one.change({ query: "ferry" })).toBe(true);
    expect([former.signal.aborted, one.run === former, one.run.state, begun.length]).toEqual([true, false, "live", 2]);
  });

  it("keeps its run where only a way to look at it changed", () => {
    const { column: one } = column();
    const { run, spec } = one;
    expect(one.change({ order: "likes", pageSize: 5, media: "hide" })).toBe(false);
    expect([one.run === run, run.list.order, one.spec === spec]).toEqual([true, "likes", false]);
    const after = one.spec;
    expect(one.change({ order: "likes" })).toBe(false);
    expect(one.spec).toBe(after);
    expect(one.change({ depth: 500 })).toBe(true);
  });

  it("never shows what was withdrawn during an earlier search", () => {
    const { column: one } = column();
    one.run.applyFrame({ type: "deleted", ids: ["a"] }, 0);
    one.change({ query: "ferry" });
    one.run.applyFrame(history("a", "b"), 0);
    one.run.applyFrame(live("a", 5), 0);
    expect(shown(one.run)).toEqual(["b"]);
  });

  it("takes a version that did not match another search", () => {
    const { column: one } = column();
    one.run.applyFrame({ type: "gone", key: "k", posts: [["a", 9]] }, 0);
    one.change({ query: "ferry" });
    one.run.applyFrame(history("a"), 0);
    expect(shown(one.run)).toEqual(["a"]);
  });
});

describe("what filters hide", () => {
  it("is counted, shown when asked for, and hidden again by another choice", () => {
    const run = runOf();
    run.applyFrame(history("a", "b", "c"), 0);
    const filters = filtersOf(SPEC.hide, ["@h-a", "@h-b"]);
    run.list.setFilter(filters);
    expect([filters.count, run.list.hiddenCount(), shown(run)]).toEqual([2, 2, ["c"]]);
    run.list.setUnfiltered(true);
    expect([run.list.hiddenCount(), shown(run)]).toEqual([2, ["c", "b", "a"]]);
    run.list.setFilter(filtersOf(SPEC.hide, ["@h-a", "@h-b"]));
    expect(run.list.unfiltered).toBe(true);
    run.list.setFilter(filtersOf({ ...SPEC.hide, withoutMedia: true }, []));
    expect([run.list.unfiltered, run.list.hiddenCount(), shown(run)]).toEqual([false, 3, []]);
    run.list.setFilter(filtersOf(SPEC.hide, []));
    expect(run.list.hiddenCount()).toBe(0);
  });
});

describe("a spec", () => {
  const spec = { ...SPEC, query: 'storm "a b"', order: "likes" as const, from: 1_000, to: 2_000, depth: 500, pageSize: 5, media: "ask" as const, hide: { ...SPEC.hide, replies: true, onlyLanguages: ["ja"] } };

  it("is the same after storage, and its place after an address", () => {
    expect(specFromJson(specToJson(spec), SPEC)).toEqual(spec);
    expect(sameSpec(specFromJson(specToJson(spec), SPEC), spec)).toBe(true);
    const { search } = new URL(writeRoute(spec, "/"), "http://h");
    expect({ ...SPEC, ...readRoute(search) }).toEqual({ ...SPEC, query: spec.query, order: "likes", from: 1_000, to: 2_000 });
    expect(sameSearch({ ...SPEC, ...readRoute(search) }, spec)).toBe(true);
  });

  it("that someone broke is the other one's, value by value", () => {
    for (const text of ["{{", "null", "7", "{}"]) expect(specFromJson(text, SPEC)).toEqual(SPEC);
    const broken = JSON.stringify({ id: "", query: 5, order: "best", from: "x", depth: -1, pageSize: 7, media: "all", hide: { replies: 1, reposts: true, onlyLanguages: [1, "de"] } });
    expect(specFromJson(broken, SPEC)).toEqual({ ...SPEC, hide: { ...SPEC.hide, reposts: true, onlyLanguages: ["de"] } });
  });
});
