import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markSpans } from "../../src/text/markSpans";
import { wordDiff } from "../../src/text/wordDiff";

const said = (before: string, after: string): string[] => wordDiff(before, after).map(({ kind, text }) => `${{ same: "=", removed: "-", added: "+" }[kind]}${text}`);

describe("the difference of two texts", () => {
  it.each([
    ["the ferry is late", "the ferry is late", ["=the ferry is late"]],
    ["the ferry is late", "the ferry was late", ["=the ferry ", "-is", "+was", "= late"]],
    ["", "new", ["+new"]],
    ["gone", "", ["-gone"]],
    ["a, b", "a b", ["=a", "-,", "= b"]],
    ["one two three", "two three four", ["-one ", "=two three", "+ four"]],
    ["Straße ü", "Straße o", ["=Straße ", "-ü", "+o"]],
  ])("of %j and %j is by words and signs", (before, after, expected) => {
    expect(said(before, after)).toEqual(expected);
  });

  it("holds both texts whole, whatever they are", () => {
    const word = fc.constantFrom("a", "b", "c", " ", "\n", ".", "é", "東");
    const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(""));
    fc.assert(fc.property(text, text, (before, after) => {
      const parts = wordDiff(before, after);
      expect(parts.filter(({ kind }) => kind !== "added").map((part) => part.text).join("")).toBe(before);
      expect(parts.filter(({ kind }) => kind !== "removed").map((part) => part.text).join("")).toBe(after);
    }));
  });

  it("compares texts beyond its bound as a whole", () => {
    const [before, after] = ["a ".repeat(2_000), "b ".repeat(2_000)];
    expect(wordDiff(before, after).map(({ kind }) => kind)).toEqual(["removed", "added", "same"]);
  });
});

describe("marked spans", () => {
  it.each([
    ["storm over harbour", [[0, 5]], ["[storm]", " over harbour"]],
    ["😀 storm", [[2, 7]], ["😀 ", "[storm]"]],
    ["abc", [[0, 2], [1, 3]], ["[abc]"]],
    ["abc", [[2, 99], [-4, 1]], ["[a]", "b", "[c]"]],
    ["abc", [], ["abc"]],
    ["", [[0, 1]], []],
  ] as [string, [number, number][], string[]][])("of %j cut the text by code points", (text, spans, expected) => {
    expect(markSpans(text, spans).map((part) => (part.marked ? `[${part.text}]` : part.text))).toEqual(expected);
  });
});
