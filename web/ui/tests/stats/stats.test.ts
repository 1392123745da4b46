import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RateCounter } from "../../src/state/rateCounter";
import { timeBarsOf, bucketMs } from "../../src/stats/timeBuckets";
import { fontSizesOf } from "../../src/stats/cloudLayout";
import { shiftSpan, latestHalf, scaleSpan, toTimeSpan, type TimeSpan } from "../../src/stats/timeSpan";
import { slope, WordTrends } from "../../src/stats/wordTrends";
import { summaryOf } from "../../src/view/charts/TimeChartFigure";

const HOUR = 3_600_000;

describe("time buckets", () => {
  it("are BirdWatch's", () => {
    const minutes = [4, 4.01, 20, 20.01, 120, 120.01, 480, 480.01].map((hours) => bucketMs(hours * HOUR) / 60_000);
    expect(minutes).toEqual([1, 15, 15, 60, 60, 360, 360, 1440]);
  });

  it("lose no match when they are joined into bars", () => {
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

describe("a chosen span", () => {
  it("is never one that the store or a date refuses, whatever the buttons do", () => {
    const acts: ((span: TimeSpan) => TimeSpan)[] = [(span) => shiftSpan(span, -0.5), (span) => shiftSpan(span, 0.5), latestHalf, (span) => scaleSpan(span, 0.5), (span) => scaleSpan(span, 2)];
    fc.assert(fc.property(fc.double({ min: -1e17, max: 1e17, noNaN: true }), fc.double({ min: -1e17, max: 1e17, noNaN: true }), fc.array(fc.constantFrom(...acts), { maxLength: 80 }), (from, to, done) => {
      const span = done.reduce((now, act) => act(now), toTimeSpan(from, to));
      expect(Number.isInteger(span.from) && Number.isInteger(span.to)).toBe(true);
      expect(span.from).toBeGreaterThanOrEqual(0);
      expect(span.to - span.from).toBeGreaterThanOrEqual(1_000);
      expect(new Date(span.to).getTime()).toBe(span.to);
    }));
  });

  it("moves and grows about its middle, and keeps its length where time begins", () => {
    expect(shiftSpan({ from: 10_000, to: 20_000 }, -0.5)).toEqual({ from: 5_000, to: 15_000 });
    expect(shiftSpan({ from: 2_000, to: 12_000 }, -0.5)).toEqual({ from: 0, to: 10_000 });
    expect(scaleSpan({ from: 10_000, to: 20_000 }, 0.5)).toEqual({ from: 12_500, to: 17_500 });
    expect(scaleSpan({ from: 10_000, to: 20_000 }, 2)).toEqual({ from: 5_000, to: 25_000 });
  });

  it("has the newest match in its newer half, also where it is the only one", () => {
    expect(latestHalf({ from: 10_000, to: 20_001 })).toEqual({ from: 15_000, to: 20_001 });
    expect(latestHalf({ from: 10_000, to: 10_001 })).toEqual({ from: 9_001, to: 10_001 });
  });
});

describe("the sentence of a chart", () => {
  const minute = 60_000;
  const chart = { interval_ms: minute, gaps: [], took_ms: 1 };

  it("names no time where nothing matches, and no date twice", () => {
    expect(summaryOf({ ...chart, from: 0, to: 0, total: 0, buckets: [] }, Date.now())).toBe("0 matches.");
    const from = new Date(2016, 10, 20, 14).getTime();
    expect(summaryOf({ ...chart, from, to: from + 30 * minute, total: 9, buckets: [[from + minute, 9]] }, Date.now()))
      .toBe("9 matches, Nov 20, 2016, 14:00–14:30. Peak: 9 at 14:01.");
  });
});

describe("trends", () => {
  it("are the least-squares slope", () => {
    expect(slope([[0, 1], [1, 3], [2, 5]])).toBeCloseTo(2);
    expect(slope([[0, 1]])).toBe(0);
    expect(slope([[1, 1], [1, 9]])).toBe(0);
  });

  const feed = (trends: WordTrends, samples: Record<string, number>[]): void =>
    samples.forEach((shares, at) => trends.take({ at: at * 2_000, counted: 5_000, matching: 50_000 + 1_000 * at, shares: new Map(Object.entries(shares).sort((a, b) => b[1] - a[1])) }));

  it("point up for a word that climbs, down for one that falls, flat for one that stays", () => {
    const trends = new WordTrends();
    feed(trends, Array.from({ length: 10 }, (_, at) => ({ still: 0.9, up: 0.1 + at * 0.02, down: 0.3 - at * 0.02 })));
    expect([trends.rank("up"), trends.rank("down"), trends.rank("still")]).toEqual(["up", "down", "flat"]);
    expect([trends.share("up", 60_000), trends.share("down", 60_000), trends.share("still", 60_000)]).toEqual(["up", "down", "flat"]);
  });

  it("see in a longer window what a short one no longer shows", () => {
    const trends = new WordTrends();
    feed(trends, Array.from({ length: 300 }, (_, at) => ({ a: at < 150 ? 0.1 : 0.5 })));
    expect(trends.share("a", 60_000)).toBe("flat");
    expect(trends.share("a", 600_000)).toBe("up");
  });

  it("say nothing of one sample, nor of a time in which nothing came", () => {
    const trends = new WordTrends();
    feed(trends, [{ a: 1 }]);
    expect([trends.rank("a"), trends.share("a", 60_000), trends.rank("unknown")]).toEqual([null, null, null]);
    const still = new WordTrends();
    for (let at = 0; at < 20; at++) still.take({ at: at * 2_000, counted: 900, matching: 900, shares: new Map([["a", 0.5]]) });
    expect([still.rank("a"), still.share("a", 60_000)]).toEqual([null, null]);
  });

  it("take no chance for a trend: a share that two posts more or less would make is flat", () => {
    const trends = new WordTrends();
    const sample = (at: number, hits: number, matching: number): void => trends.take({ at, counted: matching, matching, shares: new Map([["a", hits / matching]]) });
    sample(0, 50, 1_000);
    sample(20_000, 62, 1_200);
    expect(trends.share("a", 60_000)).toBe("flat");
    sample(40_000, 140, 1_400);
    expect(trends.share("a", 60_000)).toBe("up");
  });

  it("are known at once where a sample of the time before is recalled", () => {
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

describe("the rate", () => {
  it("counts the last minute and forgets what is older", () => {
    const meter = new RateCounter();
    for (let second = 0; second < 120; second++) meter.count(second < 60 ? 10 : 1, second * 1_000);
    expect(meter.perMinute(119_500)).toBe(60);
    expect(meter.perMinute(300_000)).toBe(0);
    expect(meter.total).toBe(660);
  });
});

describe("the cloud", () => {
  it("gives heavier words no smaller sizes, and shrinks them where there is little room", () => {
    const words = Array.from({ length: 250 }, (_, at) => ({ text: `word${at}`, weight: 1000 / (at + 1) }));
    const sizes = fontSizesOf(words, 400, 290);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(fontSizesOf(words, 150, 100)[0]).toBeLessThan(sizes[0] ?? 0);
  });

  it("has room for 250 words in the panel, whatever their weights", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 250, maxLength: 250 });
    fc.assert(fc.property(weights, fc.integer({ min: 4, max: 7 }), (given, letters) => {
      const sizes = fontSizesOf(given.map((weight) => ({ text: "w".repeat(letters), weight })), 406, 400);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(9);
      expect(sizes.reduce((sum, size) => sum + size * size * 0.62 * (letters + 1), 0)).toBeLessThan(406 * 400 * 0.7);
    }));
  });

  it("lets the first stand out however many there are, as words are distributed", () => {
    for (const power of [0.7, 1, 2]) {
      const words = Array.from({ length: 250 }, (_, at) => ({ text: `words${at}`, weight: 5000 / (at + 1) ** power }));
      const sizes = fontSizesOf(words, 406, 400);
      expect(sizes[0]).toBeGreaterThanOrEqual(24);
      expect(sizes.at(-1)).toBe(9);
    }
  });
});
