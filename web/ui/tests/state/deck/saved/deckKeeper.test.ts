// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Desk } from "../../../../src/state/desk";
import { bothOf, type Conflict } from "../../../../src/state/deck/saved/keptDeck";
import { openDeck } from "../../../../src/state/deck/saved/openDeck";
import { DEFAULT_SETTINGS } from "../../../../src/state/page/settings";
import type { WholeDeck } from "../../../../src/wire/deckApi";
import { DeckServer } from "../../../deckServer";
import { openDesk, restoreBrowser, stubBrowser } from "../../../deskFixtures";
import { FakeSocket } from "../../../fakeSocket";

let server: DeckServer;
let desk: Desk;

beforeEach(() => {
  stubBrowser();
  sessionStorage.clear();
  history.replaceState(null, "", "/");
  server = new DeckServer(fetch);
  vi.stubGlobal("fetch", server.fetch);
});
afterEach(restoreBrowser);

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(500);
const queries = (one = desk): string => one.columns.map(({ spec }) => spec.query).join(" ");
const storedQueries = (id: string): string => (server.decks.get(id)?.deck.columns as { query: string }[]).map(({ query }) => query).join(" ");

/** Tell the page that the deck changed, as the server does. */
async function tell(part: "columns" | "read" | "pins" | "deleted" = "columns", deck = "harbour"): Promise<void> {
  FakeSocket.last.receive({ type: "deck", deck, revision: 0, part });
  await settle();
}

/** Open a stored deck as a browser does that loads its address. */
async function openStored(state: unknown = null): Promise<Desk> {
  history.replaceState(state, "", "/d/harbour");
  const opened = await openDeck(DEFAULT_SETTINGS);
  desk = await openDesk("/d/harbour", {}, opened);
  await settle();
  return desk;
}

async function makeHarbour(): Promise<void> {
  desk = await openDesk("/?q=storm&q=ferry");
  expect(await desk.keeper.save("Harbour")).toBe(true);
  await settle();
}

describe("a deck without a name", () => {
  it("is saved under an id made of its title, with the pins and markers that the browser kept", async () => {
    desk = await openDesk("/?q=storm&q=ferry");
    const [first] = desk.columns;
    desk.keeper.readUpTo(first?.id ?? "", 7);
    await desk.keeper.changePin("x:1", { note: "call" });
    expect([desk.keeper.isUnsaved, server.changes]).toEqual([false, []]);
    const again = await openDesk("/?q=storm&q=ferry");
    expect([again.keeper.read[first?.id ?? ""], again.keeper.pins["x:1"]?.note]).toEqual([7, "call"]);
    expect(await again.keeper.save("Harbour & Fire")).toBe(true);
    await settle();
    const stored = server.decks.get("harbour-fire");
    expect([stored?.deck.title, stored?.read[first?.id ?? ""], stored?.pins["x:1"]?.note]).toEqual(["Harbour & Fire", 7, "call"]);
    expect([location.pathname, location.search, again.keeper.isUnsaved]).toEqual(["/d/harbour-fire", "", false]);
    expect(FakeSocket.last.sent).toContainEqual({ type: "follow", deck: "harbour-fire" });
  });

  it("takes the next id where a deck has that of its title, with the markers, but not the pins, of the deck that it copies", async () => {
    await makeHarbour();
    const id = desk.columns[0]?.id ?? "";
    desk.keeper.readUpTo(id, 7);
    await desk.keeper.changePin("x:1", { note: "call" });
    expect(await desk.keeper.saveAs("Harbour")).toBe(true);
    expect([...server.decks.keys()]).toEqual(["harbour", "harbour-2"]);
    expect(location.pathname).toBe("/d/harbour-2");
    expect([server.decks.get("harbour-2")?.read[id], server.decks.get("harbour-2")?.pins, desk.keeper.pins]).toEqual([7, {}, {}]);
    expect(server.decks.get("harbour")?.pins["x:1"]?.note).toBe("call");
  });
});

describe("a stored deck", () => {
  it("is opened by its address, says what is unsaved, and is saved", async () => {
    await makeHarbour();
    await openStored();
    expect([queries(), desk.keeper.title, desk.keeper.isUnsaved]).toEqual(["storm ferry", "Harbour", false]);
    desk.deck.add({ query: "pier" });
    expect([desk.keeper.isUnsaved, location.pathname, location.search]).toEqual([true, "/d/harbour", ""]);
    expect(await desk.keeper.save()).toBe(true);
    expect([desk.keeper.isUnsaved, storedQueries("harbour"), server.decks.get("harbour")?.revision]).toEqual([false, "storm pier ferry", 2]);
  });

  it("keeps unsaved columns over a reload of the tab, and says that others were saved meanwhile", async () => {
    await makeHarbour();
    await openStored();
    desk.deck.add({ query: "pier" });
    server.saveElsewhere("harbour", (deck) => ({ ...deck, columns: deck.columns.slice(0, 1) }));
    await openStored(history.state);
    expect([queries(), desk.keeper.isUnsaved, desk.keeper.newer?.columns.length]).toEqual(["storm pier ferry", true, 1]);
  });

  it("says that its deck is missing, or that the server is away, with the copy of this browser", async () => {
    await makeHarbour();
    server.failing = -1;
    await openStored();
    expect([queries(), desk.keeper.openProblem?.status, desk.keeper.base?.title]).toEqual(["storm ferry", 0, "Harbour"]);
    server.failing = 503;
    desk.deck.add({ query: "pier" });
    expect(await desk.keeper.save()).toBe(false);
    expect([desk.keeper.saveProblem, desk.keeper.isUnsaved]).toEqual(["The store cannot be reached now.", true]);
    server.failing = 0;
    expect(await desk.keeper.save()).toBe(true);
    expect([desk.keeper.saveProblem, storedQueries("harbour")]).toEqual([null, "storm pier ferry"]);
    server.decks.clear();
    localStorage.clear();
    await openStored();
    expect([desk.keeper.openProblem?.status, desk.keeper.base, desk.keeper.title, desk.keeper.isUnsaved]).toEqual([404, null, "harbour", true]);
  });

  it("is shown once the server is back, but not over what a reader made in place of a missing one", async () => {
    await makeHarbour();
    localStorage.clear();
    server.failing = -1;
    await openStored();
    expect([queries(), desk.keeper.base]).toEqual(["*", null]);
    server.failing = 0;
    await tell();
    expect([queries(), desk.keeper.openProblem, desk.keeper.isUnsaved]).toEqual(["storm ferry", null, false]);
    const [stored] = server.decks.values();
    server.decks.clear();
    await tell("deleted");
    desk.deck.add({ query: "pier" });
    server.decks.set("harbour", { ...(stored as WholeDeck), revision: 5 });
    await tell();
    expect([queries(), desk.keeper.newer?.revision, desk.keeper.deletedElsewhere]).toEqual(["storm pier ferry", 5, false]);
    desk.keeper.compare();
    expect([desk.dialog, desk.keeper.conflict?.theirs?.revision]).toEqual(["deck-conflict", 5]);
  });

  it("follows what others save, but for a column whose list is being read", async () => {
    await makeHarbour();
    const [storm, ferry] = desk.columns;
    server.saveElsewhere("harbour", (deck) => ({ ...deck, title: "Port", columns: [...deck.columns, { id: "new", query: "pier" }] }));
    await tell();
    expect([queries(), desk.keeper.title, desk.keeper.isUnsaved]).toEqual(["storm ferry pier", "Port", false]);
    expect([desk.columns[0], desk.columns[1]]).toEqual([storm, ferry]);
    storm?.run.hold("reader");
    server.saveElsewhere("harbour", (deck) => ({ ...deck, columns: (deck.columns as { query: string }[]).map((one) => ({ ...one, query: `${one.query} now` })) }));
    await tell();
    expect([queries(), desk.keeper.held.size, desk.keeper.isUnsaved]).toEqual(["storm ferry now pier now", 1, false]);
    storm?.run.release("reader");
    await vi.advanceTimersByTimeAsync(1_500);
    expect([queries(), desk.keeper.held.size]).toEqual(["storm now ferry now pier now", 0]);
  });

  it("that a reader changed is not replaced, and says that another was saved", async () => {
    await makeHarbour();
    desk.deck.setTitle(desk.columns[0] as never, "Mine");
    server.saveElsewhere("harbour", (deck) => ({ ...deck, columns: deck.columns.slice(0, 1) }));
    await tell();
    expect([queries(), desk.keeper.newer?.columns.length, desk.dialog]).toEqual(["storm ferry", 1, null]);
    desk.keeper.compare();
    expect(desk.dialog).toBe("deck-conflict");
    desk.openDialog(null);
    expect([desk.keeper.conflict, desk.keeper.newer?.columns.length]).toEqual([null, 1]);
  });

  it("that was deleted elsewhere keeps its columns, and is made anew by saving", async () => {
    await makeHarbour();
    server.decks.clear();
    await tell("deleted");
    expect([queries(), desk.keeper.deletedElsewhere, desk.keeper.isUnsaved]).toEqual(["storm ferry", true, true]);
    expect(await desk.keeper.save()).toBe(true);
    expect([desk.keeper.deletedElsewhere, server.decks.size]).toEqual([false, 1]);
  });

  it("is deleted for everybody, and its columns stay as a deck without a name", async () => {
    await makeHarbour();
    await desk.keeper.remove("harbour");
    expect([server.decks.size, desk.keeper.id, queries(), location.pathname + location.search]).toEqual([0, null, "storm ferry", "/?q=storm&q=ferry"]);
  });
});

describe("a save that meets another one", () => {
  beforeEach(async () => {
    await makeHarbour();
    desk.navigate({ query: "storm tonight" }, desk.columns[0]);
    server.saveElsewhere("harbour", (deck) => ({ ...deck, columns: [{ id: "new", query: "pier" }, ...deck.columns] }));
    expect(await desk.keeper.save()).toBe(false);
    expect([desk.dialog, desk.keeper.conflict?.theirs?.revision]).toEqual(["deck-conflict", 2]);
  });

  it("takes theirs", async () => {
    expect(await desk.keeper.resolve("theirs")).toBe(true);
    expect([queries(), desk.keeper.isUnsaved, desk.dialog, server.decks.get("harbour")?.revision]).toEqual(["pier storm ferry", false, null, 2]);
  });

  it("takes mine", async () => {
    expect(await desk.keeper.resolve("mine")).toBe(true);
    expect([storedQueries("harbour"), desk.keeper.isUnsaved, desk.dialog]).toEqual(["storm tonight ferry", false, null]);
  });

  it("takes both as columns", async () => {
    expect(await desk.keeper.resolve("mine", bothOf(desk.keeper.conflict as Conflict))).toBe(true);
    expect([storedQueries("harbour"), queries(), desk.keeper.isUnsaved, desk.dialog]).toEqual(["pier storm tonight ferry", "pier storm tonight ferry", false, null]);
  });

  it("meets the next one, until nobody saves in between", async () => {
    server.saveElsewhere("harbour", (deck) => ({ ...deck, title: "Again" }));
    expect(await desk.keeper.resolve("mine")).toBe(false);
    expect([desk.dialog, desk.keeper.conflict?.theirs?.title]).toEqual(["deck-conflict", "Again"]);
    server.decks.clear();
    expect(await desk.keeper.resolve("mine")).toBe(false);
    expect(desk.keeper.conflict?.theirs).toBeNull();
    expect(await desk.keeper.resolve("mine")).toBe(true);
    expect([storedQueries("harbour"), desk.dialog]).toEqual(["storm tonight ferry", null]);
  });
});

it("the same columns are no conflict: the answer to an earlier save was lost", async () => {
  await makeHarbour();
  desk.deck.add({ query: "pier" });
  const { columns } = desk.keeper.mine;
  server.saveElsewhere("harbour", (deck) => ({ ...deck, columns: structuredClone(columns) as unknown[] }));
  await desk.keeper.save();
  expect([desk.keeper.conflict, desk.keeper.isUnsaved, desk.dialog]).toEqual([null, false, null]);
});

describe("markers and pins of a stored deck", () => {
  it("are gathered and sent, and the greater marker wins", async () => {
    await makeHarbour();
    const id = desk.columns[0]?.id ?? "";
    const sent = (): number => server.changes.filter((one) => one.endsWith("/read")).length;
    await vi.advanceTimersByTimeAsync(2_500);
    const before = sent();
    for (const number of [3, 9, 5]) desk.keeper.readUpTo(id, number);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(sent()).toBe(before + 1);
    expect([server.decks.get("harbour")?.read[id], desk.keeper.read[id]]).toEqual([9, 9]);
    (server.decks.get("harbour") as { read: Record<string, number> }).read[id] = 20;
    await tell("read");
    expect(desk.keeper.read[id]).toBe(20);
    server.failing = 503;
    desk.keeper.readUpTo(id, 30);
    await vi.advanceTimersByTimeAsync(2_500);
    server.failing = 0;
    await vi.advanceTimersByTimeAsync(11_000);
    expect(server.decks.get("harbour")?.read[id]).toBe(30);
  });

  it("change at once, are taken back where the server refuses, and arrive from others", async () => {
    await makeHarbour();
    await desk.keeper.changePin("x:1", { note: "call" });
    await desk.keeper.changePin("x:refused", { pinned: true });
    expect([Object.keys(desk.keeper.pins), desk.toasts.current?.text]).toEqual([["x:1"], "The pin could not be kept: No such post is stored."]);
    (server.decks.get("harbour")?.pins["x:1"] as { handled: boolean }).handled = true;
    await tell("pins");
    expect(desk.keeper.pins["x:1"]).toMatchObject({ note: "call", handled: true });
    FakeSocket.last.receive({ type: "deleted", ids: ["x:1", "x:2"] });
    await settle();
    expect([typeof desk.keeper.pins["x:1"]?.gone_at, desk.keeper.pins["x:1"]?.note]).toEqual(["number", "call"]);
    await desk.keeper.removePin("x:1");
    expect([desk.keeper.pins, server.decks.get("harbour")?.pins]).toEqual([{}, {}]);
  });
});
