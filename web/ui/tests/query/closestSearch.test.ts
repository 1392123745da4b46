import { describe, expect, it } from "vitest";
import { findClosestSearch } from "../../src/query/closestSearch";
import { topParts } from "../../src/query/editQuery";

describe("the closest search", () => {
  /** A store of texts that is searched by words, and records the searches. */
  const store = (...posts: string[]) => {
    const counted: string[] = [];
    const count = (query: string): Promise<number> => {
      counted.push(query);
      const finds = (post: string): boolean => topParts(query).every((part) =>
        part.startsWith("-") ? !post.includes(part.slice(1)) : part.startsWith("NOT ") ? !post.includes(part.slice(4)) : post.includes(part.replace(/[()]/gu, "")));
      return Promise.resolve(posts.filter(finds).length);
    };
    return { counted, count };
  };
  const closestIn = async (query: string, ...posts: string[]): Promise<string | null> => {
    const { counted, count } = store(...posts);
    const found = await findClosestSearch(query, count);
    expect(counted.length).toBeLessThanOrEqual(8);
    expect(new Set(counted).size).toBe(counted.length);
    return found ? `${found.query}: ${found.total}` : null;
  };

  it("leaves out one part, and prefers the search with the fewest matches", async () => {
    expect(await closestIn("storm ferry xylophone", "storm ferry")).toBe("storm ferry: 1");
    expect(await closestIn("storm ferry", "storm", "storm", "ferry")).toBe("ferry: 1");
    expect(await closestIn("storm NOT wind harbour", "storm wind harbour")).toBe("storm harbour: 1");
    expect(await closestIn("storm -wind", "storm wind")).toBe("storm: 1");
  });

  it("leaves out more parts where it must, and as few as possible", async () => {
    expect(await closestIn("storm xylophone zither", "storm")).toBe("storm: 1");
    expect(await closestIn("a b c d xylophone e zither", "a b c d e")).toBe("a b c d e: 1");
    expect(await closestIn("xylophone a zither -c b", "a b")).toBe("a -c b: 1");
    expect(await closestIn("p q r s t u v w x y", "y")).toBe(null);
    expect(await closestIn("xylophone zither lute", "storm")).toBe(null);
  });

  it("may be one side of an OR, or come from inside parentheses", async () => {
    expect(await closestIn("lute viol OR storm zither", "storm")).toBe("storm: 1");
    expect(await closestIn("(storm zither)", "storm")).toBe("storm: 1");
    expect(await closestIn("storm", "ferry")).toBe(null);
    expect(await closestIn("lute OR viol", "ferry")).toBe(null);
  });
});
