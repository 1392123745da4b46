import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { termOf, termOfWord, topParts, withTerm } from "../../src/query/editQuery";

describe("the query editor", () => {
  it("adds a term once", () => {
    expect(withTerm("storm", "ferry")).toBe("storm ferry");
    expect(withTerm("storm Ferry", "ferry")).toBe("storm Ferry");
    fc.assert(fc.property(fc.constantFrom("*", "a", "a b", "a OR b", "(a OR b) -c"), fc.constantFrom("x", "#t", '"a b"', "from:me"), (query, term) => {
      const once = withTerm(query, term);
      expect(withTerm(once, term)).toBe(once);
    }));
  });

  it("replaces *, keeps an OR in parentheses, and takes back the exclusion of the same term", () => {
    expect(withTerm("*", "storm")).toBe("storm");
    expect(withTerm("a OR b", "c")).toBe("(a OR b) c");
    expect(withTerm("a -storm", "storm")).toBe("a storm");
  });

  it("excludes a term, and never leaves a search of exclusions alone", () => {
    expect(withTerm("*", "storm", true)).toBe("* -storm");
    expect(withTerm("storm wind", "wind", true)).toBe("storm -wind");
    expect(withTerm("storm", "storm", true)).toBe("* -storm");
  });

  it("writes each kind of value as a term that means the value", () => {
    expect(termOf("hashtag", "#storm")).toBe("#storm");
    expect(termOf("word", "coca-cola")).toBe('"coca-cola"');
    expect(termOf("word", "OR")).toBe('"OR"');
    expect(termOf("author", "@mara")).toBe("from:mara");
    expect(termOf("domain", "a.example")).toBe("url:a.example");
    expect(termOf("link", "https://a.example/x (1)")).toBe('url:"https://a.example/x (1)"');
    expect(termOf("lang", "ja")).toBe("lang:ja");
  });

  it("finds the parts at the top level, each NOT with the term it negates", () => {
    expect(topParts('a (b OR c) "d e" -f')).toEqual(["a", "(b OR c)", '"d e"', "-f"]);
    expect(topParts("storm NOT wind AND harbour")).toEqual(["storm", "NOT wind", "harbour"]);
    expect(topParts('NOT  NOT x -NOT (a b) NOT"c d" NOTE')).toEqual(["NOT NOT x", "-NOT (a b)", 'NOT"c d"', "NOTE"]);
    expect(topParts("“good morning” storm NOT")).toEqual(["“good morning”", "storm", "NOT"]);
    expect(topParts("(https://a.example/x_(y)) OR b")).toEqual(["(https://a.example/x_(y))", "OR", "b"]);
  });

  it("treats NOT as a minus", () => {
    expect(withTerm("storm NOT wind", "wind", true)).toBe("storm NOT wind");
    expect(withTerm("storm NOT wind", "wind")).toBe("storm wind");
    expect(withTerm("storm NOT NOT wind", "wind")).toBe("storm NOT NOT wind");
    expect(withTerm("storm", "storm", true)).toBe("* -storm");
    expect(withTerm("NOT wind storm", "storm", true)).toBe("* NOT wind -storm");
  });

  it("writes a counted word as all forms that it was counted in", () => {
    expect(termOfWord("storm", [])).toBe("storm");
    expect(termOfWord("زلزال", ["الزلزال", "زلزال"])).toBe("(الزلزال OR زلزال)");
    expect(termOfWord("מד״א", [])).toBe('"מד א"');
    expect(termOfWord("ICE", [])).toBe("ICE");
    const forms = Array.from({ length: 20 }, (_, at) => `form${"x".repeat(at)}`);
    expect(termOfWord("form", forms).split(" OR ")).toHaveLength(8);
    expect(withTerm("* lang:ar", termOfWord("زلزال", ["الزلزال", "زلزال"]), true)).toBe("* lang:ar -(الزلزال OR زلزال)");
  });
});
