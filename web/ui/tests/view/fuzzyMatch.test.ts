import { describe, expect, it } from "vitest";
import { fuzzyScore } from "../../src/view/palette/fuzzyMatch";

const NAMES = ["Add a column", "Remove the column", "Coverage and gaps", "Change the theme", "Search", "Saved searches", "Étude de la côte", "Undo"];
const ranked = (typed: string): string[] => NAMES.map((name) => ({ name, score: fuzzyScore(typed, name) }))
  .filter(({ score }) => score !== null).sort((a, b) => (b.score ?? 0) - (a.score ?? 0)).map(({ name }) => name);

describe("a fuzzy match", () => {
  it.each([["ac", "Add a column"], ["rc", "Remove the column"], ["theme", "Change the theme"], ["SEARCH", "Search"], ["etude cote", "Étude de la côte"], ["gap", "Coverage and gaps"], ["und", "Undo"]])(
    "finds by %s first: %s", (typed, name) => expect(ranked(typed)[0]).toBe(name));
  it("needs every letter in its order, and takes no blank for one", () => {
    expect(ranked("zz")).toEqual([]);
    expect(ranked("odnu")).toEqual([]);
    expect(fuzzyScore("  ", "Undo")).toBe(0);
    expect(fuzzyScore("und o", "Undo")).not.toBeNull();
  });
  it("is bounded for a long text", () => {
    expect(fuzzyScore("a".repeat(100_000), "Undo")).toBeNull();
  });
});
