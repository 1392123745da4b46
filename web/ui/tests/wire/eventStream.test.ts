import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, type ConnectionListener } from "../../src/wire/connection";
import type { SubscriptionHandle } from "../../src/wire/liveSubscription";

/** A browser in which sockets never open: what was asked of it, and its event streams. */
class Stream {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  private readonly listeners = new Map<string, (event: unknown) => void>();
  constructor(readonly url: string) {
    Stream.all.push(this);
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.readyState = Stream.CLOSED;
  }
  refuse(): void {
    this.close();
    this.listeners.get("error")?.({});
  }
  say(frame: { type: string }): void {
    this.listeners.get(frame.type)?.(new MessageEvent(frame.type, { data: JSON.stringify(frame) }));
  }
  static get open(): string[] {
    return Stream.all.filter((one) => one.readyState !== Stream.CLOSED).map((one) => one.url);
  }
}

class NoSocket {
  static readonly OPEN = 1;
  readyState = 3;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor() {
    setTimeout(() => this.onclose?.({ code: 1006, reason: "" }));
  }
  close(): void {}
}

const fault = { code: "unknown_operator", message: "re: is no operator.", position: 0 };
const last = (): Stream => Stream.all.at(-1) as Stream;
let told: string[];

function connect(): Connection {
  const connection = new Connection("ws://h/ws");
  const listener: ConnectionListener = {
    frame: (frame) => told.push(`${frame.type} all`),
    link: (link) => told.push(link),
  };
  connection.attach(listener);
  return connection;
}

function watch(connection: Connection, query: string): SubscriptionHandle {
  const watching = connection.subscribe(query, 30);
  watching.listen((frame) => told.push(`${frame.type} a`));
  return watching;
}

async function fallBack(connection: Connection): Promise<void> {
  connection.start();
  await vi.advanceTimersByTimeAsync(10_000);
}

beforeEach(() => {
  told = [];
  Stream.all = [];
  vi.useFakeTimers();
  for (const [name, value] of [["EventSource", Stream], ["WebSocket", NoSocket], ["addEventListener", () => undefined], ["document", { addEventListener: () => undefined }]] as const) vi.stubGlobal(name, value);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ error: fault }), { status: 400 })));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a connection over event streams", () => {
  it("tells of a search that is refused, once, and does not ask for it again", async () => {
    const connection = connect();
    const watching = watch(connection, "re:zero");
    await fallBack(connection);
    expect(Stream.open).toEqual(["/api/stream?q=re%3Azero&history=30"]);
    last().refuse();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.filter((one) => one === "error a")).toHaveLength(1);
    expect(watching.phase).toBe("refused");
    expect(Stream.open).toEqual(["/api/stream?"]);
    last().onopen?.();
    expect(told.at(-1)).toBe("open");
    watch(connection, "zero");
    expect(Stream.open).toEqual(["/api/stream?q=zero&history=30"]);
  });

  it("does not ask again either for a search that the server stops later", async () => {
    const connection = connect();
    watch(connection, "zero");
    await fallBack(connection);
    last().say({ type: "error", id: "stream", error: { code: "query_timeout", message: "It took too long." } } as { type: string });
    expect(told).toContain("error a");
    expect(Stream.open).toEqual(["/api/stream?"]);
  });

  it("hears how the server is, and what is withdrawn, while no search is watched", async () => {
    const connection = connect();
    await fallBack(connection);
    expect(Stream.open).toEqual(["/api/stream?"]);
    last().onopen?.();
    last().say({ type: "deleted", ids: ["x"] } as { type: string });
    expect(told.slice(-2)).toEqual(["open", "deleted all"]);
    watch(connection, "zero").close();
    await vi.advanceTimersByTimeAsync(0);
    expect(Stream.open).toEqual(["/api/stream?"]);
  });

  it("ends where the server asks for an access token", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 401 })));
    await fallBack(connect());
    last().refuse();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.at(-1)).toBe("signed-out");
    expect(Stream.open).toEqual([]);
  });
});
