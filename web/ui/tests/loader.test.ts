import { afterEach, describe, expect, it, vi } from "vitest";
import { Column } from "../src/state/column";
import { full, LOADED_MOST, loadOlder } from "../src/state/loader";
import type { Post } from "../src/wire/post";
import { post } from "./posts";

const nothing = (): void => undefined;

/** A column of live posts, the newest of which was written at `newest`, all of them loaded as far as `count` goes. */
function live(newest: number, count: number): Column {
  const column = new Column("a", { query: "ferry", order: "latest", from: null, to: null }, count);
  const posts = Array.from({ length: count }, (_, at) => post(`p${newest - at}`, { created_at: newest - at }));
  column.take({ type: "history", key: "k", posts, done: true, after: 1 }, 0);
  return column;
}

/** A store of posts written at 1, 2, …, `newest` ms; the questions it was asked. */
function store(newest: number, failing: () => boolean = () => false): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  vi.stubGlobal("fetch", (address: string) => {
    const params = new URL(address, "http://a").searchParams;
    asked.push(params);
    if (failing()) return Promise.resolve(Response.json({ error: { code: "query_timeout", message: "It took too long." } }, { status: 503 }));
    const from = Number(params.get("before") ?? Math.min(newest, Number(params.get("to") ?? Infinity) - 1));
    const posts: Post[] = [];
    for (let at = from; at > 0 && posts.length < Number(params.get("limit")); at--) posts.push(post(`p${at}`, { created_at: at }));
    const end = from - posts.length;
    return Promise.resolve(Response.json({ posts, next: end > 0 ? String(end) : null, took_ms: 1, query: "ferry", terms: [] }));
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("older posts", () => {
  it("go on where the loaded ones end, to the store's own end", async () => {
    const asked = store(250);
    const column = live(250, 20);
    while (column.edge.more) await loadOlder(column, nothing);
    expect(column.cards(0).map((card) => card.post.created_at)).toEqual(Array.from({ length: 250 }, (_, at) => 250 - at));
    expect(asked.map((one) => one.get("before"))).toEqual([null, "131", "31"]);
    await loadOlder(column, nothing);
    expect(asked).toHaveLength(3);
  });

  it("that could not be had are asked for again from the same place", async () => {
    let away = true;
    store(250, () => away);
    const column = live(250, 20);
    await loadOlder(column, nothing);
    expect([column.olderFault?.code, column.loadingOlder, column.holding.size]).toEqual(["query_timeout", false, 20]);
    away = false;
    await loadOlder(column, nothing);
    expect([column.olderFault, column.holding.size]).toEqual([null, 119]);
  });

  it("of a search that is no longer the column's are left out", async () => {
    store(250);
    const column = live(250, 20);
    const loading = loadOlder(column, nothing);
    column.restart({ query: "storm", order: "latest", from: null, to: null }, 20);
    await loading;
    expect([column.holding.size, column.loadingOlder]).toEqual([0, false]);
  });

  it("are no longer asked for when a page holds as many as it may", async () => {
    const asked = store(LOADED_MOST + 10_000);
    const column = live(LOADED_MOST + 10_000, LOADED_MOST - 50);
    await loadOlder(column, nothing);
    expect([full(column), column.edge.more, asked.length]).toEqual([true, true, 1]);
    await loadOlder(column, nothing);
    expect(asked).toHaveLength(1);
  });
});
