// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Run } from "../../../src/state/run";
import { DeletedIds } from "../../../src/posts/postStore";
import type { Post } from "../../../src/wire/post";
import { post } from "../../postFixtures";
import { runOf } from "../../runFixtures";

const counted = (id: string, likes: number, at: number): Post => post(id, { created_at: at, counts: { replies: null, reposts: null, quotes: null, likes } });

/** Originals of the store, most liked first, and the requests of a ranking. */
let stored: Post[] = [];
let requests: URLSearchParams[] = [];
let failing = false;

beforeEach(() => {
  vi.useFakeTimers();
  [stored, requests, failing] = [[], [], false];
  vi.stubGlobal("fetch", (address: string) => {
    const url = new URL(address, "http://a");
    if (url.pathname !== "/api/search") return Promise.resolve(Response.json({ error: { code: "http", message: "no" } }, { status: 503 }));
    requests.push(url.searchParams);
    if (failing) return Promise.resolve(Response.json({ error: { code: "query_timeout", message: "It took too long." } }, { status: 503 }));
    const begin = Number(url.searchParams.get("before") ?? 0);
    const end = begin + Number(url.searchParams.get("limit"));
    const posts = stored.slice(begin, end);
    return Promise.resolve(Response.json({
      posts, values: posts.map((one) => one.counts.likes), next: end < stored.length ? String(end) : null, matching: begin ? null : stored.length, took_ms: 1, query: "ferry", terms: [],
    }));
  });
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms = 10): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const ids = (run: Run): string[] => run.cards(performance.now()).map((card) => card.id);

/** Return a run by likes with two loaded posts. */
async function ranked(change: object = {}, deletedIds = new DeletedIds()): Promise<Run> {
  const run = runOf({ query: "ferry", order: "likes", ...change }, deletedIds);
  run.applyFrame({ type: "history", id: "a", key: "k", posts: [counted("new", 5, 9_000), counted("newer", 1, 9_500)], done: true, after: 1 }, 0);
  run.ranking.start(5_000, true);
  await pass();
  return run;
}

describe("a ranking", () => {
  it("is of all that is stored, with what is loaded, each once", async () => {
    stored = [counted("old", 70, 1), counted("new", 5, 9_000), counted("older", 3, 2)];
    const run = await ranked();
    expect(ids(run)).toEqual(["old", "new", "older", "newer"]);
    expect([run.ranking.matching, run.posts.size, run.ranking.totalOf(4, false)]).toEqual([3, 2, 4]);
    expect(Object.fromEntries(requests[0] ?? [])).toEqual({ q: "ferry", sort: "likes", originals: "true", limit: "100" });
  });

  it("takes arrivals and later versions at once, and the store's answer every 5 s", async () => {
    stored = [counted("old", 70, 1)];
    const run = await ranked();
    run.applyFrame({ type: "posts", key: "k", posts: [{ ...counted("old", 2, 1), version: 99 }, counted("live", 80, 9_900)], after: 2 }, 0);
    await pass(5_000);
    expect(ids(run).slice(0, 2)).toEqual(["live", "new"]);
    stored = [counted("rising", 200, 3)];
    await pass(6_000);
    expect(ids(run)[0]).toBe("rising");
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  it("requests as many originals as a page needs, and keeps to the store's order", async () => {
    stored = Array.from({ length: 700 }, (_, at) => counted(`s${at}`, 1_000 - at, at + 1));
    const run = await ranked();
    run.list.setPage(6);
    run.ranking.need(700);
    await pass();
    expect(ids(run).slice(690, 700)).toEqual(Array.from({ length: 10 }, (_, at) => `s${690 + at}`));
    expect(requests.map((one) => [one.get("limit"), one.get("before")])).toEqual([["100", null], ["500", null], ["200", "500"]]);
  });

  it("of a past time asks for that time once", async () => {
    stored = [counted("old", 70, 1), counted("new", 5, 9_000)];
    const run = runOf({ query: "ferry", order: "likes", from: 0, to: 10_000 });
    run.addOlder([counted("new", 5, 9_000)], null, 0);
    run.finishSpan();
    run.ranking.start(5_000, true);
    await pass(60_000);
    expect(ids(run)).toEqual(["old", "new"]);
    expect(requests.map((one) => [one.get("from"), one.get("to")])).toEqual([["0", "10000"]]);
  });

  it("moves nothing under a reader: a paused list gets further cards at its end, and asks no more", async () => {
    stored = [counted("old", 70, 1)];
    const run = await ranked();
    run.hold("focus");
    stored = [counted("top", 900, 4), counted("old", 70, 1)];
    const before = requests.length;
    await pass(30_000);
    expect([requests.length, ids(run)]).toEqual([before, ["old", "new", "newer"]]);
    run.ranking.need(300);
    await pass();
    expect(ids(run)).toEqual(["old", "new", "newer"]);
    run.release("focus");
    await pass(6_000);
    expect(ids(run)[0]).toBe("top");
  });

  it("drops what is deleted or stops matching", async () => {
    stored = [counted("old", 70, 1), counted("gone", 60, 2)];
    const run = await ranked();
    const [old] = run.cards(performance.now());
    run.applyFrame({ type: "deleted", ids: ["old"] }, 0);
    run.applyFrame({ type: "gone", key: "k", posts: [["gone", 9e15]] }, 0);
    expect(run.ranking.matching).toBe(0);
    await pass(10_000);
    expect(ids(run)).toEqual(["new", "newer"]);
    expect(old && run.hasLeft(old)).toBe(true);
  });

  it("says why the store did not rank, ranks what is loaded, and asks again", async () => {
    failing = true;
    const run = await ranked();
    expect([ids(run), run.ranking.problem, run.ranking.isLoaded]).toEqual([["new", "newer"], "It took too long.", false]);
    failing = false;
    stored = [counted("old", 70, 1)];
    await pass(6_000);
    expect([ids(run)[0], run.ranking.problem]).toEqual(["old", null]);
  });

  it("by time and by loaded reposts asks the store for nothing", async () => {
    const run = await ranked({ order: "inview" });
    run.setOrder("latest");
    await pass(20_000);
    expect(requests).toEqual([]);
  });

  it("by reach takes the store's number where it knows more reposters", async () => {
    stored = [counted("old", 5_000, 1), counted("new", 10, 9_000)];
    const run = await ranked({ order: "reach" });
    expect(ids(run)[0]).toBe("old");
    expect(run.ranking.valueOf(run.cards(performance.now())[0] as never)).toBe(5_000);
  });
});
