import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, type ConnectionListener } from "../../src/wire/connection";
import type { SubscriptionHandle } from "../../src/wire/liveSubscription";

/** An event stream whose frames the test sends. Sockets never open in these tests. */
class FakeStream {
  static readonly CLOSED = 2;
  static all: FakeStream[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  private readonly listeners = new Map<string, (event: unknown) => void>();
  constructor(readonly url: string) {
    FakeStream.all.push(this);
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.readyState = FakeStream.CLOSED;
  }
  refuse(): void {
    this.close();
    this.listeners.get("error")?.({});
  }
  receive(frame: { type: string }): void {
    this.listeners.get(frame.type)?.(new MessageEvent(frame.type, { data: JSON.stringify(frame) }));
  }
  static get open(): string[] {
    return FakeStream.all.filter((one) => one.readyState !== FakeStream.CLOSED).map((one) => one.url);
  }
}

class ClosedSocket {
  static readonly OPEN = 1;
  readyState = 3;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor() {
    setTimeout(() => this.onclose?.({ code: 1006, reason: "" }));
  }
  close(): void {}
}

const problem = { code: "unknown_operator", message: "re: is no operator.", position: 0 };
const last = (): FakeStream => FakeStream.all.at(-1) as FakeStream;
let reported: string[];

function connect(): Connection {
  const connection = new Connection("ws://h/ws");
  const listener: ConnectionListener = {
    frame: (frame) => reported.push(`${frame.type} all`),
    link: (link) => reported.push(link),
  };
  connection.attach(listener);
  return connection;
}

function subscribe(connection: Connection, query: string): SubscriptionHandle {
  const subscription = connection.subscribe(query, 30);
  subscription.listen((frame) => reported.push(`${frame.type} a`));
  return subscription;
}

async function fallBack(connection: Connection): Promise<void> {
  connection.start();
  await vi.advanceTimersByTimeAsync(10_000);
}

beforeEach(() => {
  reported = [];
  FakeStream.all = [];
  vi.useFakeTimers();
  for (const [name, value] of [["EventSource", FakeStream], ["WebSocket", ClosedSocket], ["addEventListener", () => undefined], ["document", { addEventListener: () => undefined }]] as const) vi.stubGlobal(name, value);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ error: problem }), { status: 400 })));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a connection over event streams", () => {
  it("reports a refused search once, and does not request it again", async () => {
    const connection = connect();
    const subscription = subscribe(connection, "re:zero");
    await fallBack(connection);
    expect(FakeStream.open).toEqual(["/api/stream?q=re%3Azero&id=s1&history=30"]);
    last().refuse();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reported.filter((one) => one === "error a")).toHaveLength(1);
    expect(subscription.phase).toBe("refused");
    expect(FakeStream.open).toEqual(["/api/stream?"]);
    last().onopen?.();
    expect(reported.at(-1)).toBe("open");
    subscribe(connection, "zero");
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeStream.open).toEqual(["/api/stream?q=zero&id=s2&history=30"]);
  });

  it("carries every search by one stream, and opens it again with the `after` of each when the set changes", async () => {
    const connection = connect();
    const storm = subscribe(connection, "storm");
    subscribe(connection, "ferry");
    await fallBack(connection);
    expect(FakeStream.open).toEqual(["/api/stream?q=storm&id=s1&history=30&q=ferry&id=s2&history=30"]);
    for (const [id, key, after] of [["s1", "k", 5], ["s2", "l", 7]]) {
      last().receive({ type: "subscribed", id, key } as { type: string });
      last().receive({ type: "history", id, key, posts: [], done: true, after } as { type: string });
    }
    last().receive({ type: "posts", key: "k", posts: [], after: 9 } as { type: string });
    subscribe(connection, "storm");
    storm.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeStream.open).toEqual(["/api/stream?q=ferry&id=s2&history=30&after=7&q=storm&id=s3&history=30"]);
    expect(FakeStream.all).toHaveLength(2);
  });

  it("resumes after a lag, and leaves out a search that is refused among others", async () => {
    const connection = connect();
    subscribe(connection, "storm");
    subscribe(connection, "ferry");
    await fallBack(connection);
    last().receive({ type: "subscribed", id: "s1", key: "k" } as { type: string });
    last().receive({ type: "history", id: "s1", key: "k", posts: [], done: true, after: 5 } as { type: string });
    last().receive({ type: "lagged", id: "s1", key: "k" } as { type: string });
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeStream.open).toEqual(["/api/stream?q=storm&id=s1&history=30&after=5&q=ferry&id=s2&history=30"]);
    last().receive({ type: "error", id: "s2", error: problem } as { type: string });
    await vi.advanceTimersByTimeAsync(0);
    expect(reported.filter((one) => one === "error a")).toHaveLength(1);
    expect(FakeStream.open).toEqual(["/api/stream?q=storm&id=s1&history=30&after=5"]);
  });

  it("shares out searches too long for one address, and keeps connections of the browser free", async () => {
    const connection = connect();
    for (let number = 0; number < 40; number++) subscribe(connection, `${number} ${"x".repeat(1_000)}`);
    await fallBack(connection);
    expect(FakeStream.open).toHaveLength(3);
    for (const url of FakeStream.open) expect(url.length).toBeLessThan(8_000);
  });

  it("does not request a search again that the server stops later", async () => {
    const connection = connect();
    subscribe(connection, "zero");
    await fallBack(connection);
    last().receive({ type: "error", id: "s1", error: { code: "query_timeout", message: "It took too long." } } as { type: string });
    await vi.advanceTimersByTimeAsync(0);
    expect(reported).toContain("error a");
    expect(FakeStream.open).toEqual(["/api/stream?"]);
  });

  it("follows a deck by its first stream", async () => {
    const connection = connect();
    await fallBack(connection);
    connection.subscribe("storm", 10);
    connection.follow("harbour");
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeStream.open.filter((url) => url.endsWith("&deck=harbour"))).toHaveLength(1);
    last().receive({ type: "deck" });
    await vi.advanceTimersByTimeAsync(100);
    expect(reported).toContain("deck all");
  });

  it("receives statistics and deletions without a subscription", async () => {
    const connection = connect();
    await fallBack(connection);
    expect(FakeStream.open).toEqual(["/api/stream?"]);
    last().onopen?.();
    last().receive({ type: "deleted", ids: ["x"] } as { type: string });
    expect(reported.slice(-2)).toEqual(["open", "deleted all"]);
    subscribe(connection, "zero").close();
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeStream.open).toEqual(["/api/stream?"]);
  });

  it("is closed when the server asks for an access token", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 401 })));
    await fallBack(connect());
    last().refuse();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reported.at(-1)).toBe("signed-out");
    expect(FakeStream.open).toEqual([]);
  });
});
