// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Desk } from "../../src/state/desk";
import { DEFAULT_SETTINGS } from "../../src/state/page/settings";
import type { Frame } from "../../src/wire/frame";
import { Connection } from "../../src/wire/connection";
import { post } from "../madePosts";

class Wire {
  static readonly OPEN = 1;
  static last: Wire;
  readyState = 1;
  readonly sent: { type: string; id: string; query?: string }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor() {
    Wire.last = this;
  }
  send(text: string): void {
    const message = JSON.parse(text) as { type: string; id: string; query: string };
    this.sent.push(message);
    if (message.type !== "subscribe") return;
    this.says({ type: "subscribed", id: message.id, key: message.query, query: message.query, terms: [] });
    this.says({ type: "history", key: message.query, posts: [post("a"), post("b")], done: true, after: 1 });
  }
  close(): void {
    this.readyState = 3;
  }
  says(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const EMPTY = { buckets: [], gaps: [], items: [], total: 0, from: 0, to: 0, interval_ms: 1, took_ms: 1, based_on: { counted: 0, matching: 0, from: 0, to: 0 }, operators: [], sources: [] };
let locked = false;
let asked: string[];
let desk: Desk;

async function open(address = "/"): Promise<void> {
  history.replaceState(null, "", address);
  const connection = new Connection("ws://h/ws");
  connection.start();
  desk = new Desk({ ...DEFAULT_SETTINGS }, connection, () => undefined);
  desk.start();
  Wire.last.onopen?.();
  await vi.advanceTimersByTimeAsync(1_000);
}

const askedFor = (path: string): number => asked.filter((one) => one.startsWith(path)).length;

beforeEach(() => {
  vi.useFakeTimers();
  [locked, asked] = [false, []];
  localStorage.clear();
  vi.stubGlobal("WebSocket", Wire);
  vi.stubGlobal("PerformanceObserver", class { observe(): void {} disconnect(): void {} });
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    return Promise.resolve(locked ? Response.json({ error: { code: "signed_out", message: "Sign in." } }, { status: 401 }) : Response.json(EMPTY));
  });
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe("undo", () => {
  it("takes back the search it was offered for, with the order that was chosen since", async () => {
    await open("/?q=storm");
    desk.addTerm("ferry", false);
    desk.setOrder("likes");
    expect([desk.column.spec.query, desk.toasts.current?.text]).toEqual(["storm ferry", "Added ferry"]);
    desk.undo();
    expect([desk.column.spec.query, desk.column.spec.order, desk.toasts.current]).toEqual(["storm", "likes", null]);
  });

  it("is gone with the search it was offered for", async () => {
    await open("/?q=storm");
    desk.addTerm("ferry", false);
    desk.navigate({ query: "harbour" });
    expect(desk.toasts.current).toBeNull();
    desk.undo();
    expect(desk.column.spec.query).toBe("harbour");
  });

  it("that holds for the whole page outlives a search, and does not go while a reader is on it", async () => {
    await open();
    desk.showToast("Muted @a", () => desk.updateSettings({ muted: [] }));
    desk.navigate({ query: "harbour" });
    desk.toasts.keepOpen(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(desk.toasts.current?.text).toBe("Muted @a");
    desk.toasts.keepOpen(false);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(desk.toasts.current).toBeNull();
  });
});

describe("a page whose server asks for a token", () => {
  it("says so while the socket is still open, asks seldom, and goes on when it is let in again", async () => {
    await open();
    locked = true;
    await vi.advanceTimersByTimeAsync(3_000);
    Wire.last.says({ type: "stats" });
    expect(desk.link.state).toBe("signed-out");
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(20_000);
    expect([askedFor("/api/timeline"), askedFor("/api/top")]).toEqual([0, 0]);
    locked = false;
    await vi.advanceTimersByTimeAsync(12_000);
    expect(desk.link.state).not.toBe("signed-out");
    expect(askedFor("/api/timeline")).toBeGreaterThan(1);
    expect(askedFor("/api/top")).toBeGreaterThan(1);
  });

  it("makes a new connection where the former one was closed for want of a token", async () => {
    await open();
    locked = true;
    Wire.last.onclose?.({ code: 4401, reason: "signed_out" });
    const closed = Wire.last;
    await vi.advanceTimersByTimeAsync(12_000);
    expect([desk.link.state, Wire.last === closed]).toEqual(["signed-out", true]);
    locked = false;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(Wire.last).not.toBe(closed);
    Wire.last.onopen?.();
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(3_500);
    expect(desk.link.state).toBe("open");
    expect(askedFor("/api/timeline")).toBeGreaterThan(0);
  });
});

describe("the page", () => {
  it("writes what others wrote so that it turns nothing round", async () => {
    await open("/?q=" + encodeURIComponent("\u202eevil"));
    expect(document.title).toBe("\u2068evil\u2069 · Murmuration");
  });

  it("says that it is outdated where a part of it is missing", async () => {
    await open();
    const event = new Event("vite:preloadError", { cancelable: true });
    dispatchEvent(event);
    expect([desk.outdated, event.defaultPrevented]).toEqual([true, true]);
  });

  it("holds the next search still as well while a dialog is open", async () => {
    await open();
    desk.openDialog("language");
    desk.navigate({ query: "harbour" });
    expect(desk.column.run.state).toBe("paused");
    desk.openDialog(null);
    expect(desk.column.run.state).toBe("live");
  });

  it("begins the next search whole: live, with neither problem nor toast, counts nor posts of the former one", async () => {
    await open("/?q=storm");
    desk.list.hold("reader");
    desk.addTerm("ferry", false);
    desk.column.run.fail({ code: "query_timeout", message: "It took too long." });
    const former = desk.column.run;
    desk.navigate({ query: "harbour" });
    const { run } = desk.column;
    expect([run === former, run.state, run.problem, run.counts.timeline, run.posts.size, desk.toasts.current]).toEqual([false, "live", null, null, 0, null]);
    expect([former.signal.aborted, Wire.last.sent.filter((one) => one.type === "unsubscribe").length]).toEqual([true, 2]);
  });

  it("asks nothing more for a run that was disposed of", async () => {
    await open("/?q=storm");
    desk.column.run.dispose();
    desk.insight.stopPolling();
    asked.length = 0;
    desk.column.run.startCounting();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(askedFor("/api/timeline")).toBe(0);
  });
});
