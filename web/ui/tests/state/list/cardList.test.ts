import { describe, expect, it } from "vitest";
import type { Run } from "../../../src/state/run";
import { post } from "../../postFixtures";
import { runOf } from "../../runFixtures";

const loadedRun = (): Run => {
  const made = runOf({ depth: 100 });
  made.applyFrame({ type: "subscribed", id: "a", key: "k", query: "*", terms: [] }, 0);
  made.applyFrame({ type: "history", id: "a", key: "k", posts: [post("a", { created_at: 1 }), post("b", { created_at: 2 })], done: true, after: 1 }, 0);
  return made;
};

describe("a ranked list", () => {
  it("is computed every five seconds at most, or when the reader chooses an order", () => {
    const run = loadedRun();
    run.setOrder("likes");
    const liked = (id: string, likes: number) => post(id, { version: 9e9, counts: { replies: 0, reposts: 0, quotes: 0, likes } });
    run.applyFrame({ type: "posts", key: "k", after: 2, posts: [liked("a", 5)] }, 0);
    expect(run.cards(10_000).map((card) => card.id)).toEqual(["a", "b"]);
    run.applyFrame({ type: "posts", key: "k", after: 3, posts: [liked("b", 50)] }, 0);
    expect(run.cards(14_000).map((card) => card.id)).toEqual(["a", "b"]);
    expect(run.cards(15_001).map((card) => card.id)).toEqual(["b", "a"]);
    run.applyFrame({ type: "posts", key: "k", after: 4, posts: [{ ...liked("a", 99), version: 9e9 + 1 }] }, 0);
    run.setOrder("likes");
    expect(run.cards(15_002).map((card) => card.id)).toEqual(["a", "b"]);
  });
});
