import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cloudTransition } from "../../src/stats/cloudTransition";
import type { PlacedWord } from "../../src/stats/cloudLayout";

const layout = (x: number): fc.Arbitrary<PlacedWord[]> =>
  fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f")).map((texts) => texts.map((text) => ({ text, x, y: 0, size: 10, heat: 0 })));

describe("the transition of a word cloud", () => {
  it("shows each word once: the first words in their new places, the others in their old places", () => {
    fc.assert(fc.property(layout(1), layout(2), fc.nat(12), (before, after, moved) => {
      const shown = cloudTransition(before, after, moved);
      expect(new Set(shown.map((word) => word.text)).size).toBe(shown.length);
      expect(shown.filter((word) => word.x === 2)).toEqual(after.slice(0, moved));
      for (const word of before)
        if (moved < after.length) expect(shown.some((one) => one.text === word.text)).toBe(true);
    }));
  });

  it("begins with the old layout and ends with the new layout", () => {
    fc.assert(fc.property(layout(1), layout(2), (before, after) => {
      expect(cloudTransition(before, after, after.length)).toEqual(after);
      if (after.length) expect(cloudTransition(before, after, 0)).toEqual(before);
    }));
  });
});
