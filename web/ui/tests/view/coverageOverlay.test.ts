import { describe, expect, it } from "vitest";
import { gapIntervals, coversSpan } from "../../src/stats/gapIntervals";
import { gapAxisTexts, overlaps, describeGaps } from "../../src/view/charts/coverageOverlay";
import { summaryOf } from "../../src/view/charts/TimeChartFigure";

const gap = { source: "x", from: 100, to: 200, why: "away" };
const sampled = { source: "x", from: 300, to: null, why: "a budget", sampled: true };

/** Return a chart of the time from 0 to 1,000 ms, `widthPx` px wide, with letters of 6 px. */
function chart(widthPx = 1_000): Parameters<typeof gapAxisTexts>[0] {
  const ctx = { font: "", measureText: (text: string) => ({ width: 6 * text.length }) };
  return { ctx, bbox: { width: widthPx }, scales: { x: { max: 1_000 } }, valToPos: (at: number) => (at * widthPx) / 1_000 } as unknown as Parameters<typeof gapAxisTexts>[0];
}

describe("the coverage of a chart", () => {
  it("distinguishes sampled time from time without collection", () => {
    expect(gapIntervals([gap, sampled], false)).toEqual([{ from: 100, to: 200 }]);
    expect(gapIntervals([gap, sampled], true)).toEqual([{ from: 300, to: null }]);
    expect(describeGaps([gap, sampled], 150, 160)).toBe("not collected");
    expect(describeGaps([gap, sampled], 400, 500)).toBe("a sample only");
    expect(describeGaps([gap, sampled], 200, 300)).toBe("");
    expect(describeGaps([gap, { ...sampled, from: 150 }], 0, 1_000)).toBe("not collected in part of it");
  });

  it("names a source that is missing beside others, without reporting a gap of all sources", () => {
    const beside = { ...gap, partial: true };
    expect(gapIntervals([beside], false)).toEqual([]);
    expect(describeGaps([beside], 150, 160)).toBe("X not collected");
    expect(describeGaps([beside, { ...beside, source: "bluesky" }, { ...beside, source: "demo" }], 150, 160)).toBe("X, Bluesky, and 1 more not collected");
    expect(describeGaps([{ ...sampled, partial: true }], 400, 500)).toBe("X a sample only");
    expect(gapAxisTexts(chart(), [beside], "")).toEqual([]);
    const sentence = summaryOf({ interval_ms: 10, from: 0, to: 1_000, total: 0, buckets: [], gaps: [beside], took_ms: 1, zone: "UTC", outlying: [] }, 1_000);
    expect(sentence).toContain("X missing for part of it.");
    expect(sentence).not.toMatch(/ gaps?\./u);
  });

  it("merges gaps that touch or overlap, of any sources, into one interval", () => {
    const rows = [gap, { ...gap, from: 200, to: 250, why: "still away" }, { ...gap, source: "demo", from: 150, to: null }];
    expect(gapIntervals(rows, false)).toEqual([{ from: 100, to: null }]);
    expect(coversSpan(rows.slice(0, 2), 110, 240)).toBe(true);
    expect(coversSpan([gap, { ...gap, from: 201, to: 250 }], 110, 240)).toBe(false);
  });

  it("writes each kind of gap once under the axis, where there is room", () => {
    globalThis.devicePixelRatio = 1;
    const words = (gaps: Parameters<typeof gapAxisTexts>[1], widthPx?: number): string[] => gapAxisTexts(chart(widthPx), gaps, "").map((text) => /^(?:not collected|a sample only)/u.exec(text.text)?.[0] ?? "");
    expect(words([gap])).toEqual(["not collected"]);
    expect(words([gap, { ...sampled, from: 700 }])).toEqual(["not collected", "a sample only"]);
    expect(words([gap, { ...gap, from: 400, to: 500 }, { ...sampled, from: 700 }])).toEqual(["a sample only"]);
    expect(words([gap, { ...sampled, from: 210, to: 300 }])).toEqual(["not collected"]);
    expect(words([gap], 100)).toEqual([]);
  });

  it("detects texts that overlap", () => {
    const text = { text: "", middle: 100, half: 40 };
    expect(overlaps(text, 150, 20)).toBe(true);
    expect(overlaps(text, 170, 20)).toBe(false);
  });

  it("is counted by kind in the summary of the chart", () => {
    const timeline = { interval_ms: 10, from: 0, to: 1_000, total: 0, buckets: [], gaps: [gap, sampled, { ...gap, from: 500, to: 600 }], took_ms: 1, zone: "UTC", outlying: [] };
    expect(summaryOf(timeline, 1_000)).toContain("2 gaps. Only a sample in 1 period.");
    expect(summaryOf({ ...timeline, gaps: [] }, 1_000)).not.toMatch(/gap|sample/u);
  });
});
