/** Desk fixtures: a page on a socket whose server answers each subscription with two posts, and on an API that answers with nothing. */
import { vi } from "vitest";
import { Desk } from "../src/state/desk";
import { DEFAULT_SETTINGS, type Settings } from "../src/state/page/settings";
import type { OpenedDeck } from "../src/state/deck/saved/openDeck";
import { Connection } from "../src/wire/connection";
import { FakeSocket } from "./fakeSocket";
import { post } from "./postFixtures";

/** A socket whose server answers each subscription with two posts. */
class AnsweringSocket extends FakeSocket {
  override send(text: string): void {
    super.send(text);
    const { type, id, query = "" } = JSON.parse(text) as { type: string; id: string; query?: string };
    if (type !== "subscribe") return;
    this.receive({ type: "subscribed", id, key: query, query, terms: [] });
    this.receive({ type: "history", id, key: query, posts: [post("a"), post("b")], done: true, after: 1 });
  }
}

const EMPTY = { buckets: [], gaps: [], items: [], total: 0, from: 0, to: 0, interval_ms: 1, took_ms: 1, based_on: { counted: 0, matching: 0, from: 0, to: 0 }, operators: [], sources: [], posts: [], next: null, terms: [], query: "" };

/** What the fake API does, and what the page asked of it. */
export const fakeApi = { tokenRequired: false, requested: [] as string[] };

/** Pages of the current test. */
const desks: Desk[] = [];

/** Open a page on an address. Call `stubBrowser` before. */
export async function openDesk(address = "/", settings: Partial<Settings> = {}, opened: OpenedDeck | null = null): Promise<Desk> {
  history.replaceState(opened ? history.state : null, "", address);
  const connection = new Connection("ws://h/ws");
  connection.start();
  const desk = new Desk({ ...DEFAULT_SETTINGS, ...settings }, connection, () => undefined, [], opened);
  desks.push(desk);
  desk.start();
  FakeSocket.last.onopen?.();
  await vi.advanceTimersByTimeAsync(1_000);
  return desk;
}

/** Let time pass while the server sends its frame now and then, as it does once a second. */
export async function passWithStats(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    FakeSocket.last.receive({ type: "stats" });
    await vi.advanceTimersByTimeAsync(10_000);
  }
}

/** Return the number of requests of a path so far. */
export const requestsOf = (path: string): number => fakeApi.requested.filter((address) => address.startsWith(path)).length;

/** Replace clock, storage, socket and API of the browser. Each test begins with it. */
export function stubBrowser(): void {
  vi.useFakeTimers();
  [fakeApi.tokenRequired, fakeApi.requested] = [false, []];
  localStorage.clear();
  // Pages of earlier tests still listen: back in one of another deck would load the page again.
  vi.spyOn(location, "reload").mockImplementation(() => undefined);
  vi.stubGlobal("WebSocket", AnsweringSocket);
  vi.stubGlobal("PerformanceObserver", class { observe(): void {} disconnect(): void {} });
  vi.stubGlobal("fetch", (address: string) => {
    fakeApi.requested.push(address);
    return Promise.resolve(fakeApi.tokenRequired ? Response.json({ error: { code: "signed_out", message: "Sign in." } }, { status: 401 }) : Response.json(EMPTY));
  });
}

/** End the pages of the test, so that none of their requests begins a timer in the next one. */
export function restoreBrowser(): void {
  for (const desk of desks.splice(0)) {
    desk.polling.stopPolling();
    for (const column of desk.columns) column.dispose();
  }
  vi.clearAllTimers();
  vi.useRealTimers();
}
