import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { piecesOf } from "../../src/query/queryLexer";

describe("the query lexer", () => {
  it("gives the search back when its pieces are joined", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (query) => {
      expect(piecesOf(query).map((piece) => piece.text).join("")).toBe(query);
    }));
  });

  it("names the kind of each piece", () => {
    const kinds = piecesOf('storm (a OR "b c"~3) -from:x #t or 12:30').filter((one) => one.kind !== "space").map((one) => [one.text, one.kind]);
    expect(kinds).toEqual([
      ["storm", "word"], ["(", "paren"], ["a", "word"], ["OR", "and-or"], ['"b c"~3', "quote"], [")", "paren"], ["-", "not"], ["from:", "operator"], ["x", "value"],
      ["#t", "tag"], ["or", "word"], ["12:30", "word"],
    ]);
  });
});
