import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directionOf, splitParagraphs } from "../../src/text/paragraphs";
import { splitSegments } from "../../src/text/postSegments";
import type { Entity } from "../../src/wire/post";

const entity = (type: Entity["type"], start: number, end: number, value: string): Entity => ({ type, start, end, value });
const directions = (text: string, entities: Entity[] = [], terms: string[] = []): string[] =>
  (splitParagraphs(splitSegments(text, entities, terms)) ?? []).map((one) => one.direction);

describe("the direction of a paragraph", () => {
  it.each([
    ["@ann مرحبا بكم", [entity("mention", 0, 4, "ann@far.example")], "rtl"],
    ["@ann שלום", [], "rtl"],
    ["#news @ann.far.example 12:30 – שלום", [], "rtl"],
    ["https://a.example/b مرحبا", [], "rtl"],
    ["a.example/b… مرحبا", [entity("link", 0, 12, "https://a.example/b")], "rtl"],
    [":blob: مرحبا", [entity("emoji", 0, 6, "blob")], "rtl"],
    ["#مرحبا hello", [entity("hashtag", 0, 6, "مرحبا")], "ltr"],
    ["hello مرحبا", [], "ltr"],
    ["ޝުކުރިއްޔާ hello", [], "rtl"],
    ["@ann", [entity("mention", 0, 4, "ann")], "ltr"],
    ["#مرحبا", [entity("hashtag", 0, 6, "مرحبا")], "rtl"],
  ] as [string, Entity[], string][])("%s is that of its first strong letter outside mentions, tags and links", (text, entities, expected) => {
    expect(directions(text, entities)).toEqual([expected]);
  });

  it("is each paragraph's own, and that of the paragraph before where it has no letters", () => {
    expect(directions("hello\n@bob שלום\n12:30\n\nbye")).toEqual(["ltr", "rtl", "rtl", "rtl", "ltr"]);
    expect(directions("12\nשלום")).toEqual(["rtl", "rtl"]);
    expect(splitParagraphs(splitSegments("12:30 😀", [], []))).toBeNull();
  });

  it("does not change with marked words", () => {
    expect(directions("@ann مرحبا hello", [], ["hello", "ann"])).toEqual(["rtl"]);
  });

  it("counts marks as letters of their direction", () => {
    expect([directionOf("\u200f12"), directionOf("\u200e12 ש"), directionOf("12")]).toEqual(["rtl", "ltr", null]);
  });

  it("paragraphs joined are the text, whatever the entities claim", () => {
    const any = fc.record({ type: fc.constantFrom<Entity["type"]>("hashtag", "mention", "link", "emoji"), start: fc.integer({ min: -5, max: 60 }), end: fc.integer({ min: -5, max: 60 }), value: fc.string() });
    const text = fc.array(fc.constantFrom("a", "ש", "م", " ", "\n", "@x", "#y", "😀", "1"), { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(fc.property(text, fc.array(any, { maxLength: 5 }), (all, entities) => {
      const found = splitParagraphs(splitSegments(all, entities, ["a"]));
      if (found) expect(found.flatMap((one) => one.segments.map((segment) => segment.text)).join("")).toBe(all);
      else expect(directionOf(all)).toBeNull();
    }), { numRuns: 300 });
  });
});
