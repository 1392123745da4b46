import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeBarsOf, bucketMs } from "../../src/stats/timeBuckets";

const HOUR_MS = 3_600_000;

const DAY_MS = 24 * HOUR_MS;

/** Call `test` with a zone as the reader's. */
function inZone(timeZone: string, test: () => void): void {
  const before = process.env.TZ;
  process.env.TZ = timeZone;
  try {
    test();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

describe("bars by the reader's clock", () => {
  const hoursOf = (bars: { starts: number[]; ends: number[] }): number[] => bars.starts.map((start, at) => ((bars.ends[at] ?? 0) - start) / HOUR_MS);

  it.each([["Sep", 8, 25, 23], ["Apr", 3, 3, 25]])("have the length of each day when clocks change in %s", (_, month, day, hours) => {
    inZone("Pacific/Auckland", () => {
      const from = new Date(2026, month, day, 9).getTime();
      const days = Array.from({ length: 5 }, (_one, at): [number, number] => [new Date(2026, month, day + at).getTime(), at + 1]);
      const bars = timeBarsOf(days, DAY_MS, from, new Date(2026, month, day + 4, 9).getTime(), 200, true);
      expect(bars.counts).toEqual([1, 2, 3, 4, 5]);
      expect(hoursOf(bars)).toEqual([24, 24, hours, 24, 24]);
      expect(bars.starts.every((start) => new Date(start).getHours() === 0)).toBe(true);
    });
  });

  it("are whole days or parts of a day, however many are joined, and keep every match", () => {
    inZone("Asia/Kathmandu", () => {
      fc.assert(fc.property(fc.constantFrom(1, 2, 6, 24, 7 * 24), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 2_000 }), (hours, most, long) => {
        const first = new Date(2026, 0, 1).getTime();
        const buckets = Array.from({ length: Math.ceil(long / hours) }, (_one, at): [number, number] => [first + at * hours * HOUR_MS, 1]);
        const bars = timeBarsOf(buckets, hours * HOUR_MS, first, first + long * HOUR_MS, most, true);
        expect(bars.counts.reduce((sum, n) => sum + n, 0)).toBe(buckets.length);
        expect(bars.counts.length).toBeLessThanOrEqual(most + 2);
        expect(new Set(hoursOf(bars)).size).toBe(1);
        expect(bars.starts.every((start) => new Date(start).getMinutes() === 0)).toBe(true);
      }));
    });
  });
});

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
