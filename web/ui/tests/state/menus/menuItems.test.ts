// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Card } from "../../../src/posts/cardIndex";
import type { Desk } from "../../../src/state/desk";
import { menuItems, menuLabel } from "../../../src/state/menus/menuItems";
import type { MenuSubject } from "../../../src/state/menus/menuState";
import { openDesk, restoreBrowser, stubBrowser } from "../../deskFixtures";
import { post } from "../../postFixtures";

let desk: Desk;
beforeEach(stubBrowser);
afterEach(restoreBrowser);

const cardOf = (changes = {}): Card => ({ id: "x:1", sortTime: 1, post: post("x:1", { text: "Storm over the harbour https://t.example/storm", url: "https://x.example/1", ...changes }), own: true, reposts: new Map(), duplicates: null, stamp: 1 });
const card = (changes = {}): MenuSubject => ({ kind: "card", column: desk.column, card: cardOf(changes) });
const word = (term: string, text: string): MenuSubject => ({ kind: "word", column: desk.column, term, text });
const idsOf = (subject: MenuSubject): string[] => menuItems(desk, subject).map(({ id }) => id);
const run = (subject: MenuSubject, id: string): void => menuItems(desk, subject).find((item) => item.id === id)?.run?.();

describe("the menu of a card", () => {
  it("leaves out what a post does not have", async () => {
    desk = await openDesk();
    expect(idsOf(card())).toEqual(["conversation", "author", "why", "words", "pin", "note", "handled", "copy", "mute", "open"]);
    expect(idsOf(card({ text: "…", url: "javascript:alert(1)" }))).toEqual(["conversation", "author", "why", "pin", "note", "handled", "copy", "mute"]);
  });

  it("links to the post's own page, and copies its address", async () => {
    desk = await openDesk();
    const items = menuItems(desk, card());
    expect(items.find(({ id }) => id === "conversation")?.href).toBe("/p/x:1");
    expect(items.find(({ id }) => id === "copy")?.copies).toMatch(/^https?:\/\/[^/]+\/p\/x:1$/u);
  });

  it("adds a column of the author, mutes with undo, and says what the pin is", async () => {
    desk = await openDesk();
    run(card(), "author");
    expect(desk.column.spec.query).toBe("from:h-x:1 source:x");
    run(card(), "mute");
    expect(desk.settings.muted).toEqual(["@h-x:1"]);
    desk.undo();
    expect(desk.settings.muted).toEqual([]);
    const label = (id: string): string | undefined => menuItems(desk, card()).find((item) => item.id === id)?.label;
    const before = ["pin", "note", "handled"].map(label);
    run(card(), "pin");
    run(card(), "handled");
    desk.posts.pins.saveNote("x:1", "call");
    const after = ["pin", "note", "handled"].map(label);
    expect(after.every((text, at) => text !== before[at])).toBe(true);
  });

  it("offers the words of the post, without links, and each word's own menu", async () => {
    desk = await openDesk();
    run(card(), "words");
    const { current } = desk.posts.menus;
    expect(current && idsOf(current)).toEqual(["word-Storm", "word-over", "word-the", "word-harbour"]);
    if (current) run(current, "word-harbour");
    expect(desk.posts.menus.current && menuLabel(desk.posts.menus.current)).toContain("harbour");
  });

  it("pauses the lists while it is open, and closes when its post is deleted", async () => {
    desk = await openDesk();
    desk.posts.menus.open(card());
    expect(desk.column.run.state).toBe("paused");
    desk.posts.onDeleted({ ids: ["other"] });
    expect(desk.posts.menus.current).not.toBeNull();
    desk.posts.onDeleted({ ids: ["x:1"] });
    expect(desk.posts.menus.current).toBeNull();
    expect(desk.column.run.state).toBe("live");
  });
});

describe("the menu of a word", () => {
  it.each([
    ["add", "storm harbour"], ["exclude", "storm -harbour"],
  ])("%s changes the search of its column", async (id, query) => {
    desk = await openDesk("/?q=storm");
    run(word("harbour", "harbour"), id);
    expect(desk.column.spec.query).toBe(query);
  });

  it("opens a column of the word, and copies it", async () => {
    desk = await openDesk("/?q=storm");
    run(word("#cats", "#cats"), "column");
    expect(desk.columns.map(({ spec }) => spec.query)).toEqual(["storm", "#cats"]);
    expect(menuItems(desk, word("#cats", "#cats")).find(({ id }) => id === "copy")?.copies).toBe("#cats");
  });

  it.each([["harbour", "harbour", "harbour"], ["from:ada", "Ada", "@ada"], ["@ada", "@ada", "@ada"], ["#cats", "#cats", "#cats"]])("of %s mutes %s as %s", async (term, text, muted) => {
    desk = await openDesk();
    run(word(term, text), "mute");
    expect(desk.settings.muted).toEqual([muted]);
  });
});
