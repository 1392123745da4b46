import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ColumnSpec, specOf } from "../../../src/state/columnSpec";
import { deckFile, deckOf, FILE_MAX_LENGTH, readFile, searchesFile, wireDeckOf } from "../../../src/state/deck/deckDocument";
import { deckIdOf, idsForTitle } from "../../../src/state/deck/deckName";
import { sameDeck } from "../../../src/state/deck/saved/mergeDecks";
import { ORDERS } from "../../../src/posts/ranking";
import { DEFAULT_SETTINGS } from "../../../src/state/page/settings";

const spec = (id: string, change: Partial<ColumnSpec> = {}): ColumnSpec => ({ ...specOf(id, { query: "storm", order: "latest", from: null, to: null }, DEFAULT_SETTINGS), ...change });
const anyColumn = fc.record({ query: fc.constantFrom("storm", "ferry \u05d0", "*"), order: fc.constantFrom(...ORDERS), width: fc.constantFrom("narrow", "normal", "wide"), collapsed: fc.boolean() });

describe("a deck's file", () => {
  it("is read as it was written", () => {
    fc.assert(fc.property(fc.string({ maxLength: 40 }).map((text) => text.replace(/\s+/gu, " ").trim()), fc.array(anyColumn, { minLength: 1, maxLength: 50 }), (title, columns) => {
      const deck = { title, columns: columns.map((one, at) => spec(`c${at}`, one as Partial<ColumnSpec>)) };
      const content = readFile(deckFile(deck), DEFAULT_SETTINGS);
      expect("deck" in content && sameDeck(content.deck, deck)).toBe(true);
      expect(sameDeck(deckOf(wireDeckOf(deck), DEFAULT_SETTINGS), deck)).toBe(true);
    }), { numRuns: 50 });
  });

  it.each([
    ["", "The file is no JSON text."],
    ["[]", "The file holds neither a deck nor saved searches."],
    ['{"version":1}', "The file holds neither a deck nor saved searches."],
    ['{"version":2,"columns":[]}', "The file's version is not 1, the only one that this page knows."],
    ['{"version":1,"title":5,"columns":[{}]}', "The title of the deck is no text."],
    ['{"version":1,"columns":[]}', "The deck has no columns."],
    ['{"version":1,"columns":[5]}', "Column 1 is no object."],
    ['{"version":1,"columns":[{"id":"A","query":"x"}]}', "Column 1 has no id of 1 to 16 of a-z and 0-9."],
    ['{"version":1,"columns":[{"id":"a","query":"x"},{"id":"a","query":"y"}]}', "Column 2 has the id a, which another column has."],
    ['{"version":1,"columns":[{"id":"a","query":" "}]}', "Column 1 has no search."],
    ['{"version":1,"columns":[{"id":"a","query":"x","order":"best"}]}', "Column 1 has an order that this page does not know."],
    [JSON.stringify({ version: 1, columns: Array.from({ length: 51 }, (_, at) => ({ id: `c${at}`, query: "x" })) }), "The deck has more than 50 columns."],
    ['{"version":1,"searches":[{"query":"x"},{"query":"y","order":"best"}]}', "Saved search 2 has no search text, or an order that this page does not know."],
    ['{"version":1,"searches":5}', "The saved searches are no list of at most 200."],
    [" ".repeat(FILE_MAX_LENGTH + 1), "The file is too large: a deck has at most 64 kB."],
  ])("that is wrong is refused in a sentence: %.40s", (text, fault) => {
    expect(readFile(text, DEFAULT_SETTINGS)).toEqual({ fault });
  });
});

it("a file of saved searches is read as it was written", () => {
  const searches = [{ query: "storm", order: "likes" as const }, { query: "ferry", order: "latest" as const }];
  expect(readFile(searchesFile(searches), DEFAULT_SETTINGS)).toEqual({ searches });
  expect(readFile('{"version":1,"searches":[{"query":"x"}]}', DEFAULT_SETTINGS)).toEqual({ searches: [{ query: "x", order: "latest" }] });
});

it("a deck of the server that cannot be read shows all posts", () => {
  expect(deckOf({ version: 1, title: "", columns: [5, { id: "B" }] }, DEFAULT_SETTINGS).columns.map(({ query }) => query)).toEqual(["*"]);
});

it("an address names a deck, and a title gives ids", () => {
  expect(["/d/harbour", "/d/harbour/", "/d/Bad", "/d/", "/", "/p/x", `/d/${"a".repeat(65)}`].map(deckIdOf)).toEqual(["harbour", "harbour", null, null, null, null, null]);
  expect(idsForTitle("  Élections & ferries!  ").slice(0, 3)).toEqual(["elections-ferries", "elections-ferries-2", "elections-ferries-3"]);
  for (const title of ["港", "a".repeat(200), "---", "Harbour 7"]) for (const id of idsForTitle(title)) expect(deckIdOf(`/d/${id}`)).toBe(id);
});
