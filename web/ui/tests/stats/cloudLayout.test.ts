import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fontSizesOf } from "../../src/stats/cloudLayout";

describe("the font sizes of the cloud", () => {
  it("never decrease with the weight, and shrink with the room", () => {
    const words = Array.from({ length: 250 }, (_, at) => ({ text: `word${at}`, weight: 1000 / (at + 1) }));
    const sizes = fontSizesOf(words, 400, 290);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(fontSizesOf(words, 150, 100)[0]).toBeLessThan(sizes[0] ?? 0);
  });

  it("leave room for 250 words in the panel, whatever their weights", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 250, maxLength: 250 });
    fc.assert(fc.property(weights, fc.integer({ min: 4, max: 7 }), (given, letters) => {
      const sizes = fontSizesOf(given.map((weight) => ({ text: "w".repeat(letters), weight })), 406, 400);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(9);
      expect(sizes.reduce((sum, size) => sum + size * size * 0.62 * (letters + 1), 0)).toBeLessThan(406 * 400 * 0.7);
    }));
  });

  it("let the first word stand out among 250 words of usual weights", () => {
    for (const power of [0.7, 1, 2]) {
      const words = Array.from({ length: 250 }, (_, at) => ({ text: `words${at}`, weight: 5000 / (at + 1) ** power }));
      const sizes = fontSizesOf(words, 406, 400);
      expect(sizes[0]).toBeGreaterThanOrEqual(24);
      expect(sizes.at(-1)).toBe(9);
    }
  });
});
