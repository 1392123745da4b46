import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "../../src/wire/connection";

/** A socket that opens, and whose server says what the test has it say. */
class Wire {
  static readonly OPEN = 1;
  static all: Wire[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    Wire.all.push(this);
    setTimeout(() => this.onopen?.());
  }
  send(): void {}
  close(): void {
    this.readyState = 3;
  }
  says(): void {
    this.onmessage?.({ data: JSON.stringify({ type: "stats" }) });
  }
  static get last(): Wire {
    return Wire.all.at(-1) as Wire;
  }
}

class Stream {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  private readonly listeners = new Map<string, (event: unknown) => void>();
  constructor(readonly url: string) {
    Stream.all.push(this);
    setTimeout(() => this.onopen?.());
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.readyState = Stream.CLOSED;
  }
  says(): void {
    this.listeners.get("stats")?.(new MessageEvent("stats", { data: '{"type":"stats"}' }));
  }
}

let told: string[];
let heard: Map<string, () => void>;

function connect(socket: unknown): Connection {
  vi.stubGlobal("WebSocket", socket);
  const connection = new Connection("ws://h/ws");
  connection.attach({ frame: () => undefined, link: (link) => told.push(link) });
  connection.start();
  return connection;
}

async function speak(by: () => void, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    by();
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  heard = new Map();
  Wire.all = [];
  Stream.all = [];
  const listen = (name: string, listener: () => void): void => void heard.set(name, listener);
  vi.stubGlobal("addEventListener", listen);
  vi.stubGlobal("document", { hidden: true, addEventListener: listen });
  vi.stubGlobal("EventSource", Stream);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a connection over which nothing comes", () => {
  it("is not called open after five seconds, and is replaced if that lasts", async () => {
    connect(Wire);
    await speak(() => Wire.last.says(), 20);
    expect(told.at(-1)).toBe("open");
    await vi.advanceTimersByTimeAsync(4_000);
    expect(told.at(-1)).toBe("silent");
    Wire.last.says();
    expect(told.at(-1)).toBe("open");
    await vi.advanceTimersByTimeAsync(14_000);
    expect(Wire.all).toHaveLength(2);
    expect(told.slice(-3)).toEqual(["waiting", "connecting", "open"]);
  });

  it("is noticed over an event stream as well", async () => {
    class Shut {
      onclose: ((event: { code: number; reason: string }) => void) | null = null;
      constructor() {
        setTimeout(() => this.onclose?.({ code: 1006, reason: "" }));
      }
      close(): void {}
    }
    connect(Shut);
    await vi.advanceTimersByTimeAsync(10_000);
    await speak(() => Stream.all.at(-1)?.says(), 5);
    expect(told.at(-1)).toBe("open");
    const before = Stream.all.length;
    await vi.advanceTimersByTimeAsync(4_500);
    expect(told.at(-1)).toBe("silent");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(Stream.all.length).toBeGreaterThan(before);
  });

  it.each(["online", "pageshow", "visibilitychange"])("has to show within seconds that it lives, at %s", async (event) => {
    connect(Wire);
    await speak(() => Wire.last.says(), 5);
    vi.stubGlobal("document", { hidden: false });
    heard.get(event)?.();
    await vi.advanceTimersByTimeAsync(3_100);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(Wire.all).toHaveLength(2);
  });

  it("is asked for a sign of life after the computer slept, and kept when one comes", async () => {
    connect(Wire);
    await speak(() => Wire.last.says(), 3);
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(600);
    await speak(() => Wire.last.says(), 5);
    expect(Wire.all).toHaveLength(1);
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(Wire.all).toHaveLength(2);
  });
});
