// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { unreadCards } from "../../../src/state/read/unreadCards";
import { openDesk, restoreBrowser, stubBrowser } from "../../deskFixtures";
import { FakeSocket } from "../../fakeSocket";
import { post, repost } from "../../postFixtures";

beforeEach(stubBrowser);
afterEach(restoreBrowser);

const live = (after: number, ...posts: ReturnType<typeof post>[]): void => FakeSocket.last.receive({ type: "posts", key: "cats", after, posts });

async function second(after?: number): Promise<void> {
  FakeSocket.last.receive({ type: "stats", ...(after === undefined ? {} : { after }) });
  await vi.advanceTimersByTimeAsync(1_000);
}

describe("reading a deck", () => {
  it("begins with nothing unread, counts what comes, and keeps what was read over a reload", async () => {
    let desk = await openDesk("/?q=cats");
    let { column } = desk;
    expect([unreadCards(column.run).count, desk.keeper.marks.read[column.id]]).toEqual([0, 1]);
    live(4, post("c", { first_seq: 5 }), post("d", { first_seq: 5 }));
    await second();
    expect([unreadCards(column.run).count, document.title.slice(0, 4)]).toEqual([2, "(2) "]);
    desk.reading.markRead(column);
    expect([unreadCards(column.run).count, desk.keeper.marks.read[column.id]]).toEqual([0, 4]);
    desk = await openDesk("/?q=cats");
    ({ column } = desk);
    live(4, post("c", { first_seq: 5 }), post("e", { first_seq: 6 }));
    expect([...unreadCards(column.run).cards]).toEqual(["e"]);
    await second(6);
    expect(desk.keeper.marks.read[column.id]).toBe(5);
    desk.reading.markRead(column);
    expect([unreadCards(column.run).count, desk.keeper.marks.read[column.id], document.title.startsWith("(")]).toEqual([0, 6, false]);
  });

  it("leaves the new posts of a paused list unread", async () => {
    const desk = await openDesk("/?q=cats");
    const { column } = desk;
    live(3, post("c", { first_seq: 4 }));
    column.run.hold("reader");
    live(4, post("d", { first_seq: 5 }));
    desk.reading.markRead(column);
    expect([...unreadCards(column.run).cards]).toEqual(["d"]);
  });

  it("shows a card as unread for its reposts, and hides none that filters hide", async () => {
    const desk = await openDesk("/?q=cats");
    const { column } = desk;
    live(9, { ...repost("r", post("a")), first_seq: 5 }, post("m", { first_seq: 6, text: "muted words" }));
    expect([...unreadCards(column.run).cards].sort()).toEqual(["a", "m"]);
    desk.updateSettings({ muted: ["muted"] });
    expect(unreadCards(column.run)).toMatchObject({ count: 1, hidden: 1 });
    desk.reading.markRead(column);
    await second(9);
    expect(desk.keeper.marks.read[column.id]).toBe(9);
  });

  it("begins anew with another search, and takes the marker of another browser", async () => {
    const desk = await openDesk("/?q=cats");
    const { column } = desk;
    live(3, post("c", { first_seq: 4 }));
    desk.navigate({ query: "dogs" });
    FakeSocket.last.receive({ type: "history", id: FakeSocket.last.sent.at(-1)?.id ?? "", key: "dogs", posts: [post("x", { first_seq: 2 })], done: true, after: 3 });
    expect(unreadCards(column.run).count).toBe(0);
    FakeSocket.last.receive({ type: "posts", key: "dogs", after: 3, posts: [post("d", { first_seq: 4 })] });
    expect(unreadCards(column.run).count).toBe(1);
    desk.keeper.marks.readUpTo(column.id, 4);
    await second();
    expect(unreadCards(column.run).count).toBe(0);
  });

  it("clears what is read until the reader asks for it", async () => {
    const desk = await openDesk("/?q=cats");
    const { column } = desk;
    live(3, post("c", { first_seq: 4 }));
    desk.reading.clear(column);
    expect(column.run.cards(0).map(({ id }) => id)).toEqual(["c"]);
    live(4, { ...repost("r", post("a")), first_seq: 5 });
    expect(column.run.cards(0).map(({ id }) => id).sort()).toEqual(["a", "c"]);
    desk.reading.showRead(column);
    expect(column.run.cards(0)).toHaveLength(3);
  });
});
