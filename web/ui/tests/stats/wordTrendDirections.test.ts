import { describe, expect, it } from "vitest";
import { slope, WordTrends } from "../../src/stats/wordTrendDirections";

describe("word trends", () => {
  it("use the least-squares slope", () => {
    expect(slope([[0, 1], [1, 3], [2, 5]])).toBeCloseTo(2);
    expect(slope([[0, 1]])).toBe(0);
    expect(slope([[1, 1], [1, 9]])).toBe(0);
  });

  const feed = (trends: WordTrends, samples: Record<string, number>[]): void =>
    samples.forEach((shares, at) => trends.take({ at: at * 2_000, counted: 5_000, matching: 50_000 + 1_000 * at, shares: new Map(Object.entries(shares).sort((a, b) => b[1] - a[1])) }));

  it("are up for a rising word, down for a falling word, flat for a steady word", () => {
    const trends = new WordTrends();
    feed(trends, Array.from({ length: 10 }, (_, at) => ({ still: 0.9, up: 0.1 + at * 0.02, down: 0.3 - at * 0.02 })));
    expect([trends.rank("up"), trends.rank("down"), trends.rank("still")]).toEqual(["up", "down", "flat"]);
    expect([trends.share("up", 60_000), trends.share("down", 60_000), trends.share("still", 60_000)]).toEqual(["up", "down", "flat"]);
  });

  it("show a change in a longer window that a short window no longer shows", () => {
    const trends = new WordTrends();
    feed(trends, Array.from({ length: 300 }, (_, at) => ({ a: at < 150 ? 0.1 : 0.5 })));
    expect(trends.share("a", 60_000)).toBe("flat");
    expect(trends.share("a", 600_000)).toBe("up");
  });

  it("are unknown for one sample, and for a time without new posts", () => {
    const trends = new WordTrends();
    feed(trends, [{ a: 1 }]);
    expect([trends.rank("a"), trends.share("a", 60_000), trends.rank("unknown")]).toEqual([null, null, null]);
    const still = new WordTrends();
    for (let at = 0; at < 20; at++) still.take({ at: at * 2_000, counted: 900, matching: 900, shares: new Map([["a", 0.5]]) });
    expect([still.rank("a"), still.share("a", 60_000)]).toEqual([null, null]);
  });

  it("are flat where chance explains the change of a share", () => {
    const trends = new WordTrends();
    const sample = (at: number, hits: number, matching: number): void => trends.take({ at, counted: matching, matching, shares: new Map([["a", hits / matching]]) });
    sample(0, 50, 1_000);
    sample(20_000, 62, 1_200);
    expect(trends.share("a", 60_000)).toBe("flat");
    sample(40_000, 140, 1_400);
    expect(trends.share("a", 60_000)).toBe("up");
  });

  it("are known at once from past samples", () => {
    const trends = new WordTrends();
    trends.take({ at: 600_000, counted: 2_000, matching: 2_000, shares: new Map([["b", 0.3], ["a", 0.1]]) });
    expect(trends.share("a", 600_000)).toBe(null);
    trends.addPast({ at: 580_000, counted: 1_900, matching: 1_900, shares: new Map([["a", 0.3], ["b", 0.1]]) });
    trends.addPast({ at: 0, counted: 1_000, matching: 1_000, shares: new Map([["a", 0.3], ["b", 0.1]]) });
    expect(trends.since).toBe(0);
    expect([trends.rank("a"), trends.rank("b")]).toEqual(["down", "up"]);
    expect([trends.share("a", 600_000), trends.share("b", 600_000)]).toEqual(["down", "up"]);
  });
});
