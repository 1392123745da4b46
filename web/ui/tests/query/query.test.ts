import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { offersFor } from "../../src/query/completion";
import { findClosestSearch } from "../../src/query/closestSearch";
import { termOf, topParts, withTerm } from "../../src/query/editQuery";
import { piecesOf } from "../../src/query/queryLexer";

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

  it("knows the parts at the top, NOT with what it negates", () => {
    expect(topParts('a (b OR c) "d e" -f')).toEqual(["a", "(b OR c)", '"d e"', "-f"]);
    expect(topParts("storm NOT wind AND harbour")).toEqual(["storm", "NOT wind", "harbour"]);
    expect(topParts('NOT  NOT x -NOT (a b) NOT"c d" NOTE')).toEqual(["NOT NOT x", "-NOT (a b)", 'NOT"c d"', "NOTE"]);
    expect(topParts("“good morning” storm NOT")).toEqual(["“good morning”", "storm", "NOT"]);
    expect(topParts("(https://a.example/x_(y)) OR b")).toEqual(["(https://a.example/x_(y))", "OR", "b"]);
  });

  it("takes NOT for a minus", () => {
    expect(withTerm("storm NOT wind", "wind", true)).toBe("storm NOT wind");
    expect(withTerm("storm NOT wind", "wind")).toBe("storm wind");
    expect(withTerm("storm NOT NOT wind", "wind")).toBe("storm NOT NOT wind");
    expect(withTerm("storm", "storm", true)).toBe("* -storm");
    expect(withTerm("NOT wind storm", "storm", true)).toBe("* NOT wind -storm");
  });
});

describe("the closest shorter search", () => {
  /** A store of texts, searched by words; counts how often it is asked. */
  const store = (...posts: string[]) => {
    const asked: string[] = [];
    const count = (query: string): Promise<number> => {
      asked.push(query);
      const finds = (post: string): boolean => topParts(query).every((part) =>
        part.startsWith("-") ? !post.includes(part.slice(1)) : part.startsWith("NOT ") ? !post.includes(part.slice(4)) : post.includes(part.replace(/[()]/gu, "")));
      return Promise.resolve(posts.filter(finds).length);
    };
    return { asked, count };
  };
  const closestIn = async (query: string, ...posts: string[]): Promise<string | null> => {
    const { asked, count } = store(...posts);
    const found = await findClosestSearch(query, count);
    expect(asked.length).toBeLessThanOrEqual(8);
    expect(new Set(asked).size).toBe(asked.length);
    return found ? `${found.query}: ${found.total}` : null;
  };

  it("has a part less, the one that finds fewest", async () => {
    expect(await closestIn("storm ferry xylophone", "storm ferry")).toBe("storm ferry: 1");
    expect(await closestIn("storm ferry", "storm", "storm", "ferry")).toBe("ferry: 1");
    expect(await closestIn("storm NOT wind harbour", "storm wind harbour")).toBe("storm harbour: 1");
    expect(await closestIn("storm -wind", "storm wind")).toBe("storm: 1");
  });

  it("has more parts less where it must, and as few as it can", async () => {
    expect(await closestIn("storm xylophone zither", "storm")).toBe("storm: 1");
    expect(await closestIn("a b c d xylophone e zither", "a b c d e")).toBe("a b c d e: 1");
    expect(await closestIn("xylophone a zither -c b", "a b")).toBe("a -c b: 1");
    expect(await closestIn("p q r s t u v w x y", "y")).toBe(null);
    expect(await closestIn("xylophone zither lute", "storm")).toBe(null);
  });

  it("is of one side of an OR, and of what stands in parentheses", async () => {
    expect(await closestIn("lute viol OR storm zither", "storm")).toBe("storm: 1");
    expect(await closestIn("(storm zither)", "storm")).toBe("storm: 1");
    expect(await closestIn("storm", "ferry")).toBe(null);
    expect(await closestIn("lute OR viol", "ferry")).toBe(null);
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
