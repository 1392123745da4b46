import { describe, expect, it } from "vitest";
import { DeletedIds } from "../../src/posts/postStore";
import { Column } from "../../src/state/column";
import type { Run } from "../../src/state/run";
import { post } from "../postFixtures";
import { runOf, SPEC } from "../runFixtures";

const live = (id: string, at: number) => ({ type: "posts" as const, key: "k", after: at, posts: [post(id, { created_at: at })] });
const history = (...ids: string[]) => ({ type: "history" as const, id: "a", key: "k", posts: ids.map((id, at) => post(id, { created_at: at + 1 })), done: true, after: 1 });
const shown = (run: Run): string[] => run.cards(1e9).map((card) => card.id);

describe("a column", () => {
  function column(deletedIds = new DeletedIds()): { column: Column; started: Run[] } {
    const started: Run[] = [];
    const made = new Column(SPEC, (spec) => {
      const run = runOf(spec, deletedIds);
      started.push(run);
      return run;
    });
    made.change({}, true);
    return { column: made, started };
  }

  it("disposes of its run when the search changes, and starts the next run live", () => {
    const { column: one, started } = column();
    one.run.hold("focus");
    const former = one.run;
    expect(one.change({ query: "ferry" })).toBe(true);
    expect([former.signal.aborted, one.run === former, one.run.state, started.length]).toEqual([true, false, "live", 2]);
  });

  it("keeps its run when only order, page size or media change", () => {
    const { column: one } = column();
    const { run, spec } = one;
    expect(one.change({ order: "likes", pageSize: 5, media: "hide" })).toBe(false);
    expect([one.run === run, run.list.order, one.spec === spec]).toEqual([true, "likes", false]);
    const after = one.spec;
    expect(one.change({ order: "likes" })).toBe(false);
    expect(one.spec).toBe(after);
    expect(one.change({ depth: 500 })).toBe(true);
  });

  it("never shows a post that was deleted during an earlier search", () => {
    const { column: one } = column();
    one.run.applyFrame({ type: "deleted", ids: ["a"] }, 0);
    one.change({ query: "ferry" });
    one.run.applyFrame(history("a", "b"), 0);
    one.run.applyFrame(live("a", 5), 0);
    expect(shown(one.run)).toEqual(["b"]);
  });

  it("accepts a version that was retracted from another search", () => {
    const { column: one } = column();
    one.run.applyFrame({ type: "gone", key: "k", posts: [["a", 9]] }, 0);
    one.change({ query: "ferry" });
    one.run.applyFrame(history("a"), 0);
    expect(shown(one.run)).toEqual(["a"]);
  });
});
