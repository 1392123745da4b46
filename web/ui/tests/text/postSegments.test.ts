import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitSegments } from "../../src/text/postSegments";
import type { Entity } from "../../src/wire/post";

const entity = (type: Entity["type"], start: number, end: number, value: string): Entity => ({ type, start, end, value });

describe("the segments of a post", () => {
  it("are cut by code points, not by UTF-16 units", () => {
    const pieces = splitSegments("🌊🌊 #storm now", [entity("hashtag", 3, 9, "storm")], []);
    expect(pieces.map(({ text, kind }) => [text, kind])).toEqual([["🌊🌊 ", "text"], ["#storm", "hashtag"], [" now", "text"]]);
  });

  it("include links that the source did not report, without the end of the sentence", () => {
    const links = (text: string): string[] => splitSegments(text, [], []).filter((one) => one.kind === "link").map((one) => one.value);
    expect(links("see https://a.example/b?c=1. And (http://d.example/e)!")).toEqual(["https://a.example/b?c=1", "http://d.example/e"]);
    expect(links("no http:// link")).toEqual([]);
  });

  it("joined are the text, whatever the entities claim", () => {
    const any = fc.record({ type: fc.constantFrom<Entity["type"]>("hashtag", "mention", "link"), start: fc.integer({ min: -5, max: 60 }), end: fc.integer({ min: -5, max: 60 }), value: fc.string() });
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.array(any, { maxLength: 6 }), fc.array(fc.string({ maxLength: 5 })), (text, entities, terms) => {
      expect(splitSegments(text, entities, terms).map((one) => one.text).join("")).toBe(text);
    }), { numRuns: 500 });
  });

  it("carry the whole text of a link in its last segment, though marks cut it", () => {
    const link = entity("link", 0, 12, "https://evil.example/");
    expect(splitSegments("bank.example now", [link], ["bank"]).map((one) => one.ends ?? "")).toEqual(["", "bank.example", ""]);
  });
});
