import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { offersFor } from "../src/query/completion";
import { shorter, termOf, topParts, withTerm } from "../src/query/edit";
import { piecesOf } from "../src/query/lexer";

describe("a search as text", () => {
  it("is the same again when its pieces are joined", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (query) => {
      expect(piecesOf(query).map((piece) => piece.text).join("")).toBe(query);
    }));
  });

  it("is coloured by what its pieces are", () => {
    const kinds = piecesOf('storm (a OR "b c"~3) -from:x #t or 12:30').filter((one) => one.kind !== "space").map((one) => [one.text, one.kind]);
    expect(kinds).toEqual([
      ["storm", "word"], ["(", "paren"], ["a", "word"], ["OR", "and-or"], ['"b c"~3', "quote"], [")", "paren"], ["-", "not"], ["from:", "operator"], ["x", "value"],
      ["#t", "tag"], ["or", "word"], ["12:30", "word"],
    ]);
  });
});

describe("adding a term", () => {
  it("adds it once", () => {
    expect(withTerm("storm", "ferry")).toBe("storm ferry");
    expect(withTerm("storm Ferry", "ferry")).toBe("storm Ferry");
    fc.assert(fc.property(fc.constantFrom("*", "a", "a b", "a OR b", "(a OR b) -c"), fc.constantFrom("x", "#t", '"a b"', "from:me"), (query, term) => {
      const once = withTerm(query, term);
      expect(withTerm(once, term)).toBe(once);
    }));
  });

  it("takes the place of *, keeps an OR together, undoes its own exclusion", () => {
    expect(withTerm("*", "storm")).toBe("storm");
    expect(withTerm("a OR b", "c")).toBe("(a OR b) c");
    expect(withTerm("a -storm", "storm")).toBe("a storm");
  });

  it("excludes, and never leaves exclusions alone", () => {
    expect(withTerm("*", "storm", true)).toBe("* -storm");
    expect(withTerm("storm wind", "wind", true)).toBe("storm -wind");
    expect(withTerm("storm", "storm", true)).toBe("* -storm");
  });

  it("writes each kind of value so that it means itself", () => {
    expect(termOf("hashtag", "#storm")).toBe("#storm");
    expect(termOf("word", "coca-cola")).toBe('"coca-cola"');
    expect(termOf("word", "OR")).toBe('"OR"');
    expect(termOf("author", "@mara")).toBe("from:mara");
    expect(termOf("domain", "a.example")).toBe("url:a.example");
    expect(termOf("link", "https://a.example/x (1)")).toBe('url:"https://a.example/x (1)"');
    expect(termOf("lang", "ja")).toBe("lang:ja");
  });

  it("knows the parts at the top, and shorter searches without one of them", () => {
    expect(topParts('a (b OR c) "d e" -f')).toEqual(["a", "(b OR c)", '"d e"', "-f"]);
    expect(shorter("storm ferry -x")).toEqual(["ferry -x", "storm -x", "storm ferry"]);
    expect(shorter("storm")).toEqual([]);
    expect(shorter("a OR b")).toEqual([]);
  });
});

describe("completion", () => {
  const operators = [
    { name: "from", aliases: [], example: "from:nasa", finds: "the author" },
    { name: "followers", aliases: ["followers_count"], example: "followers:1000..", finds: "followers" },
    { name: "is", aliases: [], example: "is:reply", finds: "kind", values: ["repost", "reply"] },
  ];
  const offers = (query: string, recent: string[] = [], saved: string[] = []): string[] => offersFor(query, query.length, operators, recent, saved).map((one) => one.query);

  it("offers operators that begin so, and the values of closed ones", () => {
    expect(offers("storm fo")).toEqual(["storm followers:"]);
    expect(offers("storm -is:rep")).toEqual(["storm -is:repost ", "storm -is:reply "]);
  });

  it("offers saved and recent searches first, each once", () => {
    expect(offers("", ["storm", "cats"], ["cats"])).toEqual(["cats", "storm"]);
    expect(offers("st", ["storm coast", "cats"])[0]).toBe("storm coast");
  });

  it("keeps what stands behind the caret", () => {
    const [offer] = offersFor("fol storm", 3, operators, [], []);
    expect(offer).toMatchObject({ query: "followers: storm", caret: 10 });
  });
});
