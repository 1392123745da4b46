import { describe, expect, it } from "vitest";
import { filtersOf } from "../../../src/state/list/postFilter";
import type { Run } from "../../../src/state/run";
import { post } from "../../postFixtures";
import { runOf, SPEC } from "../../runFixtures";

const loadedRun = (): Run => {
  const made = runOf({ depth: 100 });
  made.applyFrame({ type: "subscribed", id: "a", key: "k", query: "*", terms: [] }, 0);
  made.applyFrame({ type: "history", id: "a", key: "k", posts: [post("a", { created_at: 1 }), post("b", { created_at: 2 })], done: true, after: 1 }, 0);
  return made;
};
const shown = (run: Run): string[] => run.cards(1e9).map((card) => card.id);
const live = (id: string, at: number) => ({ type: "posts" as const, key: "k", after: at, posts: [post(id, { created_at: at })] });

describe("a paused list", () => {
  it("keeps each card in its position, and counts the new cards", () => {
    const run = loadedRun();
    run.hold("reader");
    run.applyFrame(live("c", 3), 0);
    run.applyFrame({ type: "gone", key: "k", posts: [["a", 99]] }, 0);
    expect(shown(run)).toEqual(["b", "a"]);
    expect(run.hasLeft(run.cards(0)[1] as never)).toBe(true);
    expect([run.state, run.newCount]).toEqual(["paused", 1]);
    run.resume();
    expect(shown(run)).toEqual(["c", "b"]);
    expect([run.state, run.newCount]).toEqual(["live", 0]);
  });

  it("appends older posts that the reader requested", () => {
    const run = loadedRun();
    run.hold("reader");
    run.addOlder([post("z", { created_at: 0 })], null, 0);
    expect(shown(run)).toEqual(["b", "a", "z"]);
    expect(run.newCount).toBe(0);
  });

  it("keeps trimmed cards, and marks only deleted and retracted cards as left", () => {
    const run = runOf({ depth: 3 });
    run.applyFrame({ type: "history", id: "a", key: "k", posts: ["a", "b", "c"].map((id, at) => post(id, { created_at: at })), done: true, after: 1 }, 0);
    run.hold("reader");
    for (let at = 10; at < 20; at++) run.applyFrame(live(`new${at}`, at), 0);
    expect(shown(run)).toEqual(["c", "b", "a"]);
    expect(run.cards(0).filter((card) => run.hasLeft(card))).toEqual([]);
    run.applyFrame({ type: "deleted", ids: ["a"] }, 0);
    run.applyFrame({ type: "gone", key: "k", posts: [["b", 99]] }, 0);
    run.applyFrame({ type: "posts", key: "k", after: 9, posts: [post("c", { created_at: 2, version: 7, text: "edited" })] }, 0);
    expect(run.cards(0).map((card) => [card.id, run.hasLeft(card), card.post.text])).toEqual([["c", false, "edited"], ["b", true, "text of b"], ["a", true, "text of a"]]);
    run.resume();
    expect(shown(run)).toEqual(["new19", "new18", "new17"]);
  });

  it("stays the same through a reset, and counts the posts of every history", () => {
    const run = loadedRun();
    run.hold("reader");
    run.applyFrame({ type: "reset", id: "a", key: "k" }, 0);
    expect(shown(run)).toEqual(["b", "a"]);
    run.applyFrame({ type: "history", id: "a", key: "k", posts: [post("d", { created_at: 4 }), post("b", { created_at: 2 })], done: false }, 0);
    run.applyFrame({ type: "history", id: "a", key: "k", posts: [post("z", { created_at: 0 })], done: true, after: 9 }, 0);
    expect(shown(run)).toEqual(["b", "a", "z"]);
    run.applyFrame({ type: "history", id: "a", key: "k", posts: [post("e", { created_at: 5 })], done: true, after: 12 }, 0);
    expect([run.state, run.newCount]).toEqual(["paused", 2]);
    run.resume();
    expect(shown(run)).toEqual(["e", "d", "b", "z"]);
  });

  it("counts neither muted posts nor near-duplicates as new", () => {
    const run = loadedRun();
    run.list.setFilter(filtersOf(SPEC.hide, ["@h-m"]));
    run.applyFrame(live("first", 3), 0);
    run.hold("reader");
    for (const id of ["m", "n"]) run.applyFrame(live(id, 4), 0);
    run.applyFrame({ type: "posts", key: "k", after: 5, posts: [post("alike", { created_at: 5, text: post("first").text })] }, 0);
    expect(run.newCount).toBe(1);
    run.setOrder("likes");
    run.hold("reader");
    run.applyFrame(live("o", 6), 0);
    expect([run.newCount, shown(run).includes("o")]).toEqual([1, false]);
  });
});
