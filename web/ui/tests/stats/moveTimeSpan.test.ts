import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shiftSpan, latestHalf, scaleSpan, toTimeSpan, type TimeSpan } from "../../src/stats/moveTimeSpan";

describe("a chosen span", () => {
  it("is accepted by the store and by Date after any sequence of buttons", () => {
    const acts: ((span: TimeSpan) => TimeSpan)[] = [(span) => shiftSpan(span, -0.5), (span) => shiftSpan(span, 0.5), latestHalf, (span) => scaleSpan(span, 0.5), (span) => scaleSpan(span, 2)];
    fc.assert(fc.property(fc.double({ min: -1e17, max: 1e17, noNaN: true }), fc.double({ min: -1e17, max: 1e17, noNaN: true }), fc.array(fc.constantFrom(...acts), { maxLength: 80 }), (from, to, done) => {
      const span = done.reduce((now, act) => act(now), toTimeSpan(from, to));
      expect(Number.isInteger(span.from) && Number.isInteger(span.to)).toBe(true);
      expect(span.from).toBeGreaterThanOrEqual(0);
      expect(span.to - span.from).toBeGreaterThanOrEqual(1_000);
      expect(new Date(span.to).getTime()).toBe(span.to);
    }));
  });

  it("shifts, scales about its middle, and keeps its length at time 0", () => {
    expect(shiftSpan({ from: 10_000, to: 20_000 }, -0.5)).toEqual({ from: 5_000, to: 15_000 });
    expect(shiftSpan({ from: 2_000, to: 12_000 }, -0.5)).toEqual({ from: 0, to: 10_000 });
    expect(scaleSpan({ from: 10_000, to: 20_000 }, 0.5)).toEqual({ from: 12_500, to: 17_500 });
    expect(scaleSpan({ from: 10_000, to: 20_000 }, 2)).toEqual({ from: 5_000, to: 25_000 });
  });

  it("has the newest match in its latest half, also as the only match", () => {
    expect(latestHalf({ from: 10_000, to: 20_001 })).toEqual({ from: 15_000, to: 20_001 });
    expect(latestHalf({ from: 10_000, to: 10_001 })).toEqual({ from: 9_001, to: 10_001 });
  });
});
