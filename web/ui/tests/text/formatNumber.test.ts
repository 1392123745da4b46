import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCompact, formatFrequency, formatNumber } from "../../src/text/formatNumber";

describe("numbers", () => {
  it("have a short form", () => {
    expect([999, 1_700, 88_000, 1_200_000].map(formatCompact)).toEqual(["999", "1.7K", "88K", "1.2M"]);
  });

  it("give a frequency in a readable unit", () => {
    const day = 86_400_000;
    const often = (count: number, ms: number): string => formatFrequency(count, ms).join("/");
    expect([often(600, 600_000), often(12, day / 24), often(12, day), often(3, 7 * day), often(1, 90 * day), often(0, day)])
      .toEqual(["60/min", "0.2/min", "0.5/h", "0.4/d", "<0.1/d", "0/min"]);
  });

  it("equal the English formats of Intl", () => {
    const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
    const full = new Intl.NumberFormat("en");
    fc.assert(fc.property(fc.integer({ min: 0, max: 999_000_000_000_000 }), (value) => {
      expect(formatNumber(value)).toBe(full.format(value));
    }));
    const values = [0, 7, 999, 1_000, 1_049, 1_700, 12_345, 99_999, 999_949, 999_950, 1_000_000, 1_260_000, 48_700_000, 2_000_000_000, 7.5];
    expect(values.map(formatCompact)).toEqual(values.map((value) => (value < 1000 ? full : short).format(value)));
  });
});
