// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Desk } from "../../src/state/desk";
import { DEFAULT_SETTINGS } from "../../src/state/page/settings";
import type { Frame } from "../../src/wire/frame";
import { Connection } from "../../src/wire/connection";
import { post } from "../postFixtures";

/** A socket whose server answers each subscription with two posts. */
class FakeSocket {
  static readonly OPEN = 1;
  static last: FakeSocket;
  readyState = 1;
  readonly sent: { type: string; id: string; query?: string }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor() {
    FakeSocket.last = this;
  }
  send(text: string): void {
    const message = JSON.parse(text) as { type: string; id: string; query: string };
    this.sent.push(message);
    if (message.type !== "subscribe") return;
    this.receive({ type: "subscribed", id: message.id, key: message.query, query: message.query, terms: [] });
    this.receive({ type: "history", id: message.id, key: message.query, posts: [post("a"), post("b")], done: true, after: 1 });
  }
  close(): void {
    this.readyState = 3;
  }
  receive(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const EMPTY = { buckets: [], gaps: [], items: [], total: 0, from: 0, to: 0, interval_ms: 1, took_ms: 1, based_on: { counted: 0, matching: 0, from: 0, to: 0 }, operators: [], sources: [] };
/** Whether the API asks for an access token. */
let tokenRequired = false;
/** Addresses that the page has requested. */
let requested: string[];
let desk: Desk;

async function open(address = "/"): Promise<void> {
  history.replaceState(null, "", address);
  const connection = new Connection("ws://h/ws");
  connection.start();
  desk = new Desk({ ...DEFAULT_SETTINGS }, connection, () => undefined);
  desk.start();
  FakeSocket.last.onopen?.();
  await vi.advanceTimersByTimeAsync(1_000);
}

/** Let time pass while the server sends its frame now and then, as it does once a second. */
async function passWithStats(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    FakeSocket.last.receive({ type: "stats" });
    await vi.advanceTimersByTimeAsync(10_000);
  }
}

const requestsOf = (path: string): number => requested.filter((address) => address.startsWith(path)).length;

beforeEach(() => {
  vi.useFakeTimers();
  [tokenRequired, requested] = [false, []];
  localStorage.clear();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("PerformanceObserver", class { observe(): void {} disconnect(): void {} });
  vi.stubGlobal("fetch", (address: string) => {
    requested.push(address);
    return Promise.resolve(tokenRequired ? Response.json({ error: { code: "signed_out", message: "Sign in." } }, { status: 401 }) : Response.json(EMPTY));
  });
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe("the undo of a toast", () => {
  it("returns to the search before, with the order that was chosen since", async () => {
    await open("/?q=storm");
    desk.addTerm("ferry", false);
    desk.setOrder("likes");
    expect([desk.column.spec.query, desk.toasts.current?.text]).toEqual(["storm ferry", "Added ferry"]);
    desk.undo();
    expect([desk.column.spec.query, desk.column.spec.order, desk.toasts.current]).toEqual(["storm", "likes", null]);
  });

  it("disappears with its search", async () => {
    await open("/?q=storm");
    desk.addTerm("ferry", false);
    desk.navigate({ query: "harbour" });
    expect(desk.toasts.current).toBeNull();
    desk.undo();
    expect(desk.column.spec.query).toBe("harbour");
  });

  it("of the whole page outlives a search, and stays while the reader is on it", async () => {
    await open();
    desk.showToast("Muted @a", () => desk.updateSettings({ muted: [] }));
    desk.navigate({ query: "harbour" });
    desk.toasts.keepOpen(true);
    await passWithStats(60_000);
    expect(desk.toasts.current?.text).toBe("Muted @a");
    desk.toasts.keepOpen(false);
    await passWithStats(30_000);
    expect(desk.toasts.current).toBeNull();
  });
});

describe("a page whose server asks for a token", () => {
  it("shows that while the socket is open, requests seldom, and resumes when the API answers again", async () => {
    await open();
    tokenRequired = true;
    await vi.advanceTimersByTimeAsync(3_000);
    FakeSocket.last.receive({ type: "stats" });
    expect(desk.link.state).toBe("signed-out");
    requested.length = 0;
    await vi.advanceTimersByTimeAsync(20_000);
    expect([requestsOf("/api/timeline"), requestsOf("/api/top")]).toEqual([0, 0]);
    tokenRequired = false;
    await vi.advanceTimersByTimeAsync(12_000);
    expect(desk.link.state).not.toBe("signed-out");
    expect(requestsOf("/api/timeline")).toBeGreaterThan(1);
    expect(requestsOf("/api/top")).toBeGreaterThan(1);
  });

  it("opens a new connection after the former one was closed for want of a token", async () => {
    await open();
    tokenRequired = true;
    FakeSocket.last.onclose?.({ code: 4401, reason: "signed_out" });
    const closed = FakeSocket.last;
    await vi.advanceTimersByTimeAsync(12_000);
    expect([desk.link.state, FakeSocket.last === closed]).toEqual(["signed-out", true]);
    tokenRequired = false;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(FakeSocket.last).not.toBe(closed);
    FakeSocket.last.onopen?.();
    requested.length = 0;
    await vi.advanceTimersByTimeAsync(3_500);
    expect(desk.link.state).toBe("open");
    expect(requestsOf("/api/timeline")).toBeGreaterThan(0);
  });
});

describe("the page", () => {
  it("isolates foreign text in its title", async () => {
    await open("/?q=" + encodeURIComponent("\u202eevil"));
    expect(document.title).toBe("\u2068evil\u2069 · Murmuration");
  });

  it("is outdated when a part of it cannot be loaded", async () => {
    await open();
    const event = new Event("vite:preloadError", { cancelable: true });
    dispatchEvent(event);
    expect([desk.outdated, event.defaultPrevented]).toEqual([true, true]);
  });

  it("pauses the next search as well while a dialog is open", async () => {
    await open();
    desk.openDialog("language");
    desk.navigate({ query: "harbour" });
    expect(desk.column.run.state).toBe("paused");
    desk.openDialog(null);
    expect(desk.column.run.state).toBe("live");
  });

  it("starts the next search live, without problem, toast, counts and posts of the former search", async () => {
    await open("/?q=storm");
    desk.list.hold("reader");
    desk.addTerm("ferry", false);
    desk.column.run.fail({ code: "query_timeout", message: "It took too long." });
    const former = desk.column.run;
    desk.navigate({ query: "harbour" });
    const { run } = desk.column;
    expect([run === former, run.state, run.problem, run.counts.timeline, run.posts.size, desk.toasts.current]).toEqual([false, "live", null, null, 0, null]);
    expect([former.signal.aborted, FakeSocket.last.sent.filter((one) => one.type === "unsubscribe").length]).toEqual([true, 2]);
  });

  it("requests nothing for a disposed run", async () => {
    await open("/?q=storm");
    desk.column.run.dispose();
    desk.insight.stopPolling();
    requested.length = 0;
    desk.column.run.startCounting();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(requestsOf("/api/timeline")).toBe(0);
  });
});
