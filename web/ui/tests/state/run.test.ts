import { describe, expect, it } from "vitest";
import type { Run } from "../../src/state/run";
import { post } from "../postFixtures";
import { runOf } from "../runFixtures";

const live = (id: string, at: number) => ({ type: "posts" as const, key: "k", after: at, posts: [post(id, { created_at: at })] });
const history = (...ids: string[]) => ({ type: "history" as const, id: "a", key: "k", posts: ids.map((id, at) => post(id, { created_at: at + 1 })), done: true, after: 1 });
const shown = (run: Run): string[] => run.cards(1e9).map((card) => card.id);

describe("a run", () => {
  it("resumes its list when the last cause of the pause is released", () => {
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

  it("stays paused by the reader, wherever the list is scrolled, until the reader resumes it", () => {
    const run = runOf();
    run.hold("reader");
    run.hold("scroll");
    run.release("scroll");
    expect(run.state).toBe("paused");
    run.resume();
    expect(run.state).toBe("live");
  });

  it("of a past span is not paused by causes", () => {
    const run = runOf({ from: 1, to: 9 });
    run.hold("scroll");
    expect(run.state).toBe("past");
    run.release("scroll");
    expect(run.state).toBe("past");
  });

  it("keeps its loaded range through late posts, trimming and pauses", () => {
    const run = runOf({ depth: 3 });
    run.applyFrame({ type: "history", id: "a", key: "k", posts: [30, 20].map((at) => post(`p${at}`, { created_at: at })), done: true, after: 1 }, 0);
    expect(run.loadedRange).toEqual({ at: 20, next: null, more: false });
    run.applyFrame(live("old", 1), 0);
    expect(run.loadedRange).toEqual({ at: 20, next: null, more: false });
    run.applyFrame(live("new", 40), 0);
    run.applyFrame(live("newer", 50), 0);
    expect(run.loadedRange).toEqual({ at: 20, next: null, more: true });
    run.hold("reader");
    run.addOlder([post("p9", { created_at: 9 })], "next", 0);
    expect(run.loadedRange).toEqual({ at: 9, next: "next", more: true });
    run.resume();
    expect(run.loadedRange.at).toBe(20);
  });
});
