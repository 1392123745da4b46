import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeBarsOf, bucketMs } from "../../src/stats/timeBuckets";

const HOUR_MS = 3_600_000;

describe("time buckets", () => {
  it("follow the rule of BirdWatch", () => {
    const minutes = [4, 4.01, 20, 20.01, 120, 120.01, 480, 480.01].map((hours) => bucketMs(hours * HOUR_MS) / 60_000);
    expect(minutes).toEqual([1, 15, 15, 60, 60, 360, 360, 1440]);
  });

  it("keep every match when they are joined into bars", () => {
    const rows = fc.array(fc.tuple(fc.nat(500), fc.nat(1000)), { minLength: 1, maxLength: 100 });
    fc.assert(fc.property(rows, fc.integer({ min: 1, max: 200 }), (pairs, most) => {
      const buckets = [...new Map(pairs)].sort((a, b) => a[0] - b[0]).map(([at, count]): [number, number] => [at * 60_000, count]);
      const from = buckets[0]?.[0] ?? 0;
      const to = (buckets.at(-1)?.[0] ?? 0) + 60_000;
      const bars = timeBarsOf(buckets, 60_000, from, to, most);
      expect(bars.counts.reduce((sum, n) => sum + n, 0)).toBe(buckets.reduce((sum, [, n]) => sum + n, 0));
      expect(bars.counts.length).toBeLessThanOrEqual(most + 1);
    }));
  });
});
