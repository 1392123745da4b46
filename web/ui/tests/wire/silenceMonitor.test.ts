import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "../../src/wire/connection";

/** A socket that opens at once, and whose frames the test sends. */
class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
    setTimeout(() => this.onopen?.());
  }
  send(): void {}
  close(): void {
    this.readyState = 3;
  }
  receive(): void {
    this.onmessage?.({ data: JSON.stringify({ type: "stats" }) });
  }
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1) as FakeSocket;
  }
}

/** An event stream that opens at once, and whose frames the test sends. */
class FakeStream {
  static readonly CLOSED = 2;
  static all: FakeStream[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  private readonly listeners = new Map<string, (event: unknown) => void>();
  constructor(readonly url: string) {
    FakeStream.all.push(this);
    setTimeout(() => this.onopen?.());
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.readyState = FakeStream.CLOSED;
  }
  receive(): void {
    this.listeners.get("stats")?.(new MessageEvent("stats", { data: '{"type":"stats"}' }));
  }
}

let states: string[];
let listeners: Map<string, () => void>;

function connect(socket: unknown): Connection {
  vi.stubGlobal("WebSocket", socket);
  const connection = new Connection("ws://h/ws");
  connection.attach({ frame: () => undefined, link: (link) => states.push(link) });
  connection.start();
  return connection;
}

async function receiveEverySecond(by: () => void, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    by();
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  states = [];
  listeners = new Map();
  FakeSocket.all = [];
  FakeStream.all = [];
  const listen = (name: string, listener: () => void): void => void listeners.set(name, listener);
  vi.stubGlobal("addEventListener", listen);
  vi.stubGlobal("document", { hidden: true, addEventListener: listen });
  vi.stubGlobal("EventSource", FakeStream);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a silent connection", () => {
  it("is no longer open after five seconds, and is replaced if the silence lasts", async () => {
    connect(FakeSocket);
    await receiveEverySecond(() => FakeSocket.last.receive(), 20);
    expect(states.at(-1)).toBe("open");
    await vi.advanceTimersByTimeAsync(4_000);
    expect(states.at(-1)).toBe("silent");
    FakeSocket.last.receive();
    expect(states.at(-1)).toBe("open");
    await vi.advanceTimersByTimeAsync(14_000);
    expect(FakeSocket.all).toHaveLength(2);
    expect(states.slice(-3)).toEqual(["waiting", "connecting", "open"]);
  });

  it("is detected over an event stream as well", async () => {
    class Shut {
      onclose: ((event: { code: number; reason: string }) => void) | null = null;
      constructor() {
        setTimeout(() => this.onclose?.({ code: 1006, reason: "" }));
      }
      close(): void {}
    }
    connect(Shut);
    await vi.advanceTimersByTimeAsync(10_000);
    await receiveEverySecond(() => FakeStream.all.at(-1)?.receive(), 5);
    expect(states.at(-1)).toBe("open");
    const before = FakeStream.all.length;
    await vi.advanceTimersByTimeAsync(4_500);
    expect(states.at(-1)).toBe("silent");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeStream.all.length).toBeGreaterThan(before);
  });

  it.each(["online", "pageshow", "visibilitychange"])("is replaced within seconds without a frame, after %s", async (event) => {
    connect(FakeSocket);
    await receiveEverySecond(() => FakeSocket.last.receive(), 5);
    vi.stubGlobal("document", { hidden: false });
    listeners.get(event)?.();
    await vi.advanceTimersByTimeAsync(3_100);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("is replaced after two hours of sleep, though frames of before the sleep arrive first", async () => {
    connect(FakeSocket);
    await receiveEverySecond(() => FakeSocket.last.receive(), 3);
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    const former = FakeSocket.last;
    former.receive();
    await vi.advanceTimersByTimeAsync(600);
    former.receive();
    await vi.advanceTimersByTimeAsync(16_000);
    expect(FakeSocket.all).toHaveLength(2);
    expect(former.readyState).toBe(3);
    expect(states.at(-1)).toBe("open");
  });

  it("that hangs while it opens is given up, until event streams take over", async () => {
    class Hanging {
      static all: Hanging[] = [];
      closed = false;
      constructor() {
        Hanging.all.push(this);
      }
      close(): void {
        this.closed = true;
      }
    }
    connect(Hanging);
    await vi.advanceTimersByTimeAsync(14_000);
    expect(Hanging.all.map((socket) => socket.closed)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(Hanging.all[0]?.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Hanging.all.slice(0, 3).map((socket) => socket.closed)).toEqual([true, true, true]);
    expect(FakeStream.all.length).toBeGreaterThan(0);
  });

  it("that was opening when the computer fell asleep is made anew at once", async () => {
    let made = 0;
    connect(class {
      constructor() {
        made++;
      }
      close(): void {}
    });
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(made).toBe(2);
  });

  it("is probed after the computer slept, and kept if a frame arrives", async () => {
    connect(FakeSocket);
    await receiveEverySecond(() => FakeSocket.last.receive(), 3);
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(600);
    await receiveEverySecond(() => FakeSocket.last.receive(), 5);
    expect(FakeSocket.all).toHaveLength(1);
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeSocket.all).toHaveLength(2);
  });
});
