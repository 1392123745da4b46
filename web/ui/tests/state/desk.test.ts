// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Desk } from "../../src/state/desk";
import { fakeApi, openDesk, passWithStats, requestsOf, restoreBrowser, stubBrowser } from "../deskFixtures";
import { FakeSocket } from "../fakeSocket";

let desk: Desk;

beforeEach(stubBrowser);
afterEach(restoreBrowser);

describe("the undo of a toast", () => {
  it("returns to the search before, with the order that was chosen since", async () => {
    desk = await openDesk("/?q=storm");
    desk.addTerm("ferry", false);
    desk.setOrder("likes");
    expect([desk.column.spec.query, desk.toasts.current?.text]).toEqual(["storm ferry", "Added ferry"]);
    desk.undo();
    expect([desk.column.spec.query, desk.column.spec.order, desk.toasts.current]).toEqual(["storm", "likes", null]);
  });

  it("disappears with its search", async () => {
    desk = await openDesk("/?q=storm");
    desk.addTerm("ferry", false);
    desk.navigate({ query: "harbour" });
    expect(desk.toasts.current).toBeNull();
    desk.undo();
    expect(desk.column.spec.query).toBe("harbour");
  });

  it("of the whole page outlives a search, and stays while the reader is on it", async () => {
    desk = await openDesk();
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
    desk = await openDesk();
    fakeApi.tokenRequired = true;
    await vi.advanceTimersByTimeAsync(3_000);
    FakeSocket.last.receive({ type: "stats" });
    expect(desk.link.state).toBe("signed-out");
    fakeApi.requested.length = 0;
    await vi.advanceTimersByTimeAsync(20_000);
    expect([requestsOf("/api/timeline"), requestsOf("/api/top")]).toEqual([0, 0]);
    fakeApi.tokenRequired = false;
    await vi.advanceTimersByTimeAsync(12_000);
    expect(desk.link.state).not.toBe("signed-out");
    expect(requestsOf("/api/timeline")).toBeGreaterThan(1);
    expect(requestsOf("/api/top")).toBeGreaterThan(1);
  });

  it("opens a new connection after the former one was closed for want of a token", async () => {
    desk = await openDesk();
    fakeApi.tokenRequired = true;
    FakeSocket.last.onclose?.({ code: 4401, reason: "signed_out" });
    const closed = FakeSocket.last;
    await vi.advanceTimersByTimeAsync(12_000);
    expect([desk.link.state, FakeSocket.last === closed]).toEqual(["signed-out", true]);
    fakeApi.tokenRequired = false;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(FakeSocket.last).not.toBe(closed);
    FakeSocket.last.onopen?.();
    fakeApi.requested.length = 0;
    await vi.advanceTimersByTimeAsync(3_500);
    expect(desk.link.state).toBe("open");
    expect(requestsOf("/api/timeline")).toBeGreaterThan(0);
  });
});

describe("the page", () => {
  it("isolates foreign text in its title", async () => {
    desk = await openDesk("/?q=" + encodeURIComponent("\u202eevil"));
    expect(document.title).toBe("\u2068evil\u2069 · Murmuration");
  });

  it("is outdated when a part of it cannot be loaded", async () => {
    desk = await openDesk();
    const event = new Event("vite:preloadError", { cancelable: true });
    dispatchEvent(event);
    expect([desk.outdated, event.defaultPrevented]).toEqual([true, true]);
  });

  it("pauses the next search as well while a dialog is open", async () => {
    desk = await openDesk();
    desk.openDialog("language");
    desk.navigate({ query: "harbour" });
    expect(desk.column.run.state).toBe("paused");
    desk.openDialog(null);
    expect(desk.column.run.state).toBe("live");
  });

  it("starts the next search live, without problem, toast, counts and posts of the former search", async () => {
    desk = await openDesk("/?q=storm");
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
    desk = await openDesk("/?q=storm");
    desk.column.run.dispose();
    desk.insight.stopPolling();
    fakeApi.requested.length = 0;
    desk.column.run.startCounting();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(requestsOf("/api/timeline")).toBe(0);
  });
});
