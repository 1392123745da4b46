// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Desk } from "../../../src/state/desk";
import { openDesk, requestsOf, restoreBrowser, stubBrowser } from "../../deskFixtures";
import { FakeSocket } from "../../fakeSocket";
import { post } from "../../postFixtures";

let desk: Desk;
const address = (): string => decodeURIComponent(location.search);
const queries = (): string => desk.columns.map(({ spec }) => spec.query).join(" ");
const live = (key: string, id: string) => ({ type: "posts" as const, key, after: 5, posts: [post(id, { created_at: 2_000_000 })] });

beforeEach(stubBrowser);
afterEach(restoreBrowser);

describe("a deck of several columns", () => {
  it("opens from its address over one connection, a run for each column", async () => {
    desk = await openDesk("/?q=storm&sort=likes&q=ferry");
    expect([queries(), desk.column.spec.query]).toEqual(["storm ferry", "storm"]);
    expect([...new Set(FakeSocket.last.sent.map(({ query }) => query))]).toEqual(["storm", "ferry"]);
    FakeSocket.last.receive(live("ferry", "c"));
    await vi.advanceTimersByTimeAsync(100);
    expect(desk.columns.map(({ run }) => run.posts.size)).toEqual([2, 3]);
  });

  it("has a pause, a problem and a filter for each column", async () => {
    desk = await openDesk("/?q=storm&q=ferry");
    const [storm, ferry] = desk.columns;
    if (!storm || !ferry) throw new Error("A column is missing.");
    desk.list.hold("reader", ferry.run);
    ferry.run.fail({ code: "query_timeout", message: "It took too long." });
    desk.deck.setColumn({ hide: { ...ferry.spec.hide, withoutMedia: true } }, ferry);
    expect([storm.run.state, storm.run.problem, storm.run.list.filters.count]).toEqual(["live", null, 0]);
    expect([ferry.run.state, ferry.run.problem?.code, ferry.run.list.filters.count, address()]).toEqual(["paused", "query_timeout", 1, "?q=storm&q=ferry&hide=withoutMedia"]);
    expect(desk.settings.mediaOnly).toBe(false);
  });

  it("makes what one column alone chooses the default of new columns", async () => {
    desk = await openDesk("/?q=storm");
    desk.deck.setColumn({ hide: { ...desk.column.spec.hide, replies: true }, depth: 500 });
    expect([address(), desk.settings.hideReplies, desk.column.spec.depth]).toEqual(["?q=storm", true, 500]);
    desk.deck.add({ query: "ferry" });
    expect([desk.column.spec.hide.replies, address()]).toEqual([true, "?q=storm&q=ferry"]);
    desk.updateSettings({ hideReplies: false });
    expect(desk.columns.map(({ spec }) => spec.hide.replies)).toEqual([false, false]);
  });

  it("adds, removes and restores columns, each a step of the history", async () => {
    desk = await openDesk("/?q=storm");
    desk.deck.add({ query: "ferry" });
    desk.deck.select(desk.columns[0] as never);
    desk.deck.add();
    expect([queries(), desk.column.spec.query, address()]).toEqual(["storm * ferry", "*", "?q=storm&q=*&q=ferry"]);
    desk.deck.remove(desk.column);
    expect([queries(), desk.column.spec.query, document.title]).toEqual(["storm ferry", "ferry", "ferry · Murmuration"]);
    desk.undo();
    expect([queries(), desk.column.spec.query]).toEqual(["storm * ferry", "*"]);
    desk.deck.remove(desk.column);
    desk.showToast("Something else");
    desk.undo();
    expect(queries()).toBe("storm * ferry");
  });

  it("keeps its only column", async () => {
    desk = await openDesk("/?q=storm");
    desk.deck.remove(desk.column);
    expect([queries(), desk.column.run.signal.aborted]).toEqual(["storm", false]);
  });

  it("moves a column without starting its search again", async () => {
    desk = await openDesk("/?q=storm&q=ferry&q=harbour");
    const [storm] = desk.columns;
    if (!storm) throw new Error("A column is missing.");
    const { run } = storm;
    desk.deck.moveBy(storm, 2);
    expect([queries(), address(), storm.run === run, desk.toasts.current?.text]).toEqual(["ferry harbour storm", "?q=ferry&q=harbour&q=storm", true, "storm is column 3 of 3"]);
    desk.deck.moveBy(storm, 1);
    expect(queries()).toBe("ferry harbour storm");
  });

  it("shows the selected column in panel and title, and searches in it", async () => {
    desk = await openDesk("/?q=storm&q=ferry");
    desk.deck.selectBy(1);
    desk.deck.setTitle(desk.column, "  Boats ");
    expect([desk.column.spec.title, document.title, address()]).toEqual(["Boats", "Boats · Murmuration", "?q=storm&q=ferry&title=Boats"]);
    const before = requestsOf("/api/top?q=ferry");
    await vi.advanceTimersByTimeAsync(3_000);
    expect([requestsOf("/api/top?q=ferry") > before, desk.deck.selectBy(5).spec.query]).toEqual([true, "ferry"]);
    desk.navigate({ query: "boat" });
    expect([queries(), address()]).toEqual(["storm boat", "?q=storm&q=boat&title=Boats"]);
  });

  it("goes back to the columns of a step, and keeps those that stay", async () => {
    desk = await openDesk("/?q=storm&q=ferry");
    const [storm] = desk.columns;
    desk.deck.remove(desk.columns[1] as never);
    desk.deck.add({ query: "harbour" });
    const gone = desk.column;
    history.replaceState(null, "", "/?q=storm&q=ferry");
    desk.deck.showPlace();
    expect([queries(), desk.columns[0] === storm, gone.run.signal.aborted, desk.deck.list.removed]).toEqual(["storm ferry", true, true, null]);
  });

  it("keeps a deck that is too long for an address in the step, and says so once", async () => {
    desk = await openDesk("/?q=storm");
    for (let count = 0; count < 8; count++) desk.deck.add({ query: `${"harbour ".repeat(40)}${count}` });
    expect([location.search.length < 2_000, desk.columns.length, desk.toasts.current?.text.includes("no longer fit")]).toEqual([true, 9, true]);
    const all = queries();
    desk.deck.showPlace();
    expect(queries()).toBe(all);
  });

  it("closes the panel by default from three columns, and remembers both choices", async () => {
    desk = await openDesk("/?q=storm&q=ferry");
    expect(desk.panel.open).toBe(true);
    desk.deck.add();
    expect(desk.panel.open).toBe(false);
    desk.panel.toggle();
    expect([desk.panel.open, desk.settings.panel, desk.settings.panelBesideMany]).toEqual([true, true, true]);
  });

  it.each([[1_440, false], [1_920, true]])("leaves the panel open beside three columns if a window of %i px has the room: %s", async (width, open) => {
    vi.stubGlobal("innerWidth", width);
    desk = await openDesk("/?q=storm&q=ferry&q=harbour");
    expect(desk.panel.open).toBe(open);
  });
});

describe("two columns of one search", () => {
  it("have an order, a time and a depth each, and each its own history", async () => {
    desk = await openDesk("/?q=storm&q=storm&sort=likes&depth=500");
    const [latest, likes] = desk.columns;
    if (!latest || !likes) throw new Error("A column is missing.");
    expect([latest.id === likes.id, latest.run.list.order, likes.run.list.order]).toEqual([false, "latest", "likes"]);
    expect(new Set(FakeSocket.last.sent.filter(({ type }) => type === "subscribe").map(({ id }) => id)).size).toBe(2);
    FakeSocket.last.receive(live("storm", "c"));
    await vi.advanceTimersByTimeAsync(100);
    expect([latest.run.posts.size, likes.run.posts.size]).toEqual([3, 3]);
    desk.navigate({ from: 1_000, to: 2_000 }, likes);
    expect([latest.run.isPast, likes.run.isPast, latest.run.posts.size]).toEqual([false, true, 3]);
    desk.deck.duplicate(latest);
    expect(desk.columns.map(({ spec }) => spec.from)).toEqual([null, null, 1_000]);
  });
});
