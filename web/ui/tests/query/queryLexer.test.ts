import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { piecesOf } from "../../src/query/queryLexer";

describe("the query lexer", () => {
  it("gives the search back when its pieces are joined", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (query) => {
      expect(piecesOf(query).map((piece) => piece.text).join("")).toBe(query);
    }));
  });

  it("keeps a closing quote that nothing opened", () => {
    for (const quote of "❞〞〟」』｣﹂﹄》〉") expect(piecesOf(`a ${quote}b`).map((piece) => piece.text)).toEqual(["a", " ", quote, "b"]);
  });

  it("knows the signs of every keyboard, and links without a scheme", () => {
    const query = "（東京 ＯＲ 「大 阪」～2） －雪 from：nasa ＃t www.x.org/a x.org/b x.org 12” «a b»";
    const kinds = piecesOf(query).filter((one) => one.kind !== "space").map((one) => [one.text, one.kind]);
    expect(kinds).toEqual([
      ["（", "paren"], ["東京", "word"], ["ＯＲ", "and-or"], ["「大 阪」～2", "quote"], ["）", "paren"], ["－", "not"], ["雪", "word"], ["from：", "operator"], ["nasa", "value"],
      ["＃t", "tag"], ["www.x.org/a", "link"], ["x.org/b", "link"], ["x.org", "word"], ["12”", "word"], ["«a b»", "quote"],
    ]);
  });

  it("names the kind of each piece", () => {
    const kinds = piecesOf('storm (a OR "b c"~3) -from:x #t or 12:30').filter((one) => one.kind !== "space").map((one) => [one.text, one.kind]);
    expect(kinds).toEqual([
      ["storm", "word"], ["(", "paren"], ["a", "word"], ["OR", "and-or"], ['"b c"~3', "quote"], [")", "paren"], ["-", "not"], ["from:", "operator"], ["x", "value"],
      ["#t", "tag"], ["or", "word"], ["12:30", "word"],
    ]);
  });
});
