import { afterEach, describe, expect, it, vi } from "vitest";
import { isFull, LOADED_MAX, loadOlder, recheckSpan } from "../../src/state/storeLoader";
import type { Post } from "../../src/wire/post";
import type { Run } from "../../src/state/run";
import { post } from "../postFixtures";
import { runOf } from "../runFixtures";

const ignore = (): void => undefined;

/** Return a live run with `count` loaded posts, written at `newest`, `newest` − 1, … ms. */
function live(newest: number, count: number): Run {
  const run = runOf({ query: "ferry", depth: count });
  const posts = Array.from({ length: count }, (_, at) => post(`p${newest - at}`, { created_at: newest - at }));
  run.applyFrame({ type: "history", id: "a", key: "k", posts, done: true, after: 1 }, 0);
  return run;
}

/** Stub a store of posts written at 1, 2, …, `newest` ms; return the list of its requests. */
function store(newest: number, failing: () => boolean = () => false): URLSearchParams[] {
  const requests: URLSearchParams[] = [];
  vi.stubGlobal("fetch", (address: string) => {
    const params = new URL(address, "http://a").searchParams;
    requests.push(params);
    if (failing()) return Promise.resolve(Response.json({ error: { code: "query_timeout", message: "It took too long." } }, { status: 503 }));
    const from = Number(params.get("before") ?? Math.min(newest, Number(params.get("to") ?? Infinity) - 1));
    const posts: Post[] = [];
    for (let at = from; at > 0 && posts.length < Number(params.get("limit")); at--) posts.push(post(`p${at}`, { created_at: at }));
    const end = from - posts.length;
    return Promise.resolve(Response.json({ posts, next: end > 0 ? String(end) : null, took_ms: 1, query: "ferry", terms: [] }));
  });
  return requests;
}

afterEach(() => vi.unstubAllGlobals());

describe("older posts", () => {
  it("continue where the loaded posts end, down to the oldest post of the store", async () => {
    const requests = store(250);
    const run = live(250, 20);
    while (run.loadedRange.more) await loadOlder(run, ignore);
    expect(run.cards(0).map((card) => card.post.created_at)).toEqual(Array.from({ length: 250 }, (_, at) => 250 - at));
    expect(requests.map((one) => one.get("before"))).toEqual([null, "131", "31"]);
    await loadOlder(run, ignore);
    expect(requests).toHaveLength(3);
  });

  it("are requested again from the same position after a failure", async () => {
    let away = true;
    store(250, () => away);
    const run = live(250, 20);
    await loadOlder(run, ignore);
    expect([run.olderProblem?.code, run.loadingOlder, run.posts.size]).toEqual(["query_timeout", false, 20]);
    away = false;
    await loadOlder(run, ignore);
    expect([run.olderProblem, run.posts.size]).toEqual([null, 119]);
  });

  it("of a disposed run are ignored", async () => {
    store(250);
    const run = live(250, 20);
    const loading = loadOlder(run, ignore);
    run.dispose();
    await loading;
    expect(run.olderProblem).toBeNull();
  });

  it("are no longer requested when the run has reached its limit", async () => {
    const requests = store(LOADED_MAX + 10_000);
    const run = live(LOADED_MAX + 10_000, LOADED_MAX - 50);
    await loadOlder(run, ignore);
    expect([isFull(run), run.loadedRange.more, requests.length]).toEqual([true, true, 1]);
    await loadOlder(run, ignore);
    expect(requests).toHaveLength(1);
  });
});

describe("the comparison of a past span with the store", () => {
  const page = (posts: Post[], next: string | null): Response => Response.json({ posts, next, took_ms: 1, query: "ferry", terms: [] });
  function span(...ids: string[]): Run {
    const run = runOf({ query: "ferry", from: 1, to: 100 });
    run.addOlder(ids.map((id) => post(id, { created_at: Number(id.slice(1)) })), null, 0);
    run.finishSpan();
    return run;
  }

  it("removes only posts that were loaded when it began", async () => {
    const run = span("p50", "p40");
    vi.stubGlobal("fetch", () => {
      run.addOlder([post("p30", { created_at: 30 })], null, 0);
      return Promise.resolve(page([post("p50", { created_at: 50 })], null));
    });
    await recheckSpan(run, ignore);
    expect([...run.posts.newestFirst()].map((one) => one.id)).toEqual(["p50", "p30"]);
  });

  it("is active once at a time, and counts no arrivals", async () => {
    const run = span("p50");
    let requests = 0;
    vi.stubGlobal("fetch", () => {
      requests++;
      return Promise.resolve(page([post("p60", { created_at: 60 }), post("p50", { created_at: 50 })], null));
    });
    await Promise.all([recheckSpan(run, ignore), recheckSpan(run, ignore)]);
    expect([requests, run.arrivals.total, run.posts.size]).toEqual([1, 0, 2]);
    await recheckSpan(run, ignore);
    expect(requests).toBe(2);
  });
});
