import { describe, expect, it } from "vitest";
import { changedWords, percentChange } from "../../src/stats/spanChanges";
import { spansOf } from "../../src/state/changes";

const words = (counted: number, counts: Record<string, number>) => ({ counted, counts: new Map(Object.entries(counts)) });

describe("the changed words of two spans", () => {
  it("are those whose share changed by more than chance, the greatest change first", () => {
    const { risen, fallen } = changedWords(words(1_000, { ferry: 80, storm: 200, harbour: 50, once: 1 }), words(2_000, { ferry: 20, storm: 100, harbour: 101, calm: 90 }), 10);
    expect(risen.map(({ word }) => word)).toEqual(["storm", "ferry"]);
    expect(fallen.map(({ word }) => word)).toEqual(["calm"]);
    expect([risen[0]?.share, fallen[0]?.share]).toEqual([{ now: 0.2, before: 0.05 }, { now: 0, before: 0.045 }]);
  });

  it.each([
    ["a span without posts", words(0, {}), words(100, { storm: 50 })],
    ["too few posts", words(10, { storm: 4 }), words(1_000, {})],
    ["a span of a handful of posts", words(227, { storm: 205, calm: 5 }), words(5, { storm: 2, calm: 2 })],
    ["a word in every post", words(100, { storm: 100 }), words(50, { storm: 50 })],
  ])("are none for %s", (_, now, before) => {
    expect(changedWords(now, before, 10)).toEqual({ risen: [], fallen: [] });
  });

  it.each([[150, 100, 50], [50, 100, -50], [7, 0, null], [0, 0, null], [100, 100, 0]])("with %i posts after %i changed by %s per cent", (now, before, expected) => {
    expect(percentChange(now, before)).toBe(expected);
  });
});

describe("the spans that are compared", () => {
  const NOW = Date.UTC(2026, 10, 30, 12, 34, 56);
  const HOUR = 3_600_000;
  it.each([["before", HOUR], ["day", 24 * HOUR], ["week", 168 * HOUR]] as const)("of the last hour against %s lie that far apart", (against, apart) => {
    const { now, before } = spansOf({ from: null, to: null }, against, NOW);
    expect(now).toEqual({ from: Date.UTC(2026, 10, 30, 11, 34), to: Date.UTC(2026, 10, 30, 12, 34) });
    expect(before).toEqual({ from: now.from - apart, to: now.to - apart });
  });

  it("of a chosen time never overlap", () => {
    expect(spansOf({ from: 0, to: 48 * HOUR }, "day", NOW).before).toEqual({ from: -48 * HOUR, to: 0 });
  });
});
