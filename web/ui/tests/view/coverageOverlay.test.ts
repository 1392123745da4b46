import { describe, expect, it } from "vitest";
import { gapIntervals, coversSpan } from "../../src/stats/gapIntervals";
import { gapAxisTexts, overlaps, describeGaps } from "../../src/view/charts/coverageOverlay";
import { summaryOf } from "../../src/view/charts/TimeChartFigure";

const none = { source: "x", from: 100, to: 200, why: "away" };
const part = { source: "x", from: 300, to: null, why: "a budget", sampled: true };

/** A chart 1,000 px wide over 0 to 1,000, in which a letter is 6 px wide. */
function chart(wide = 1_000): Parameters<typeof gapAxisTexts>[0] {
  const ctx = { font: "", measureText: (text: string) => ({ width: 6 * text.length }) };
  return { ctx, bbox: { width: wide }, scales: { x: { max: 1_000 } }, valToPos: (at: number) => (at * wide) / 1_000 } as unknown as Parameters<typeof gapAxisTexts>[0];
}

describe("what a chart says of missing posts", () => {
  it("tells what was sampled from what was not collected", () => {
    expect(gapIntervals([none, part], false)).toEqual([{ from: 100, to: 200 }]);
    expect(gapIntervals([none, part], true)).toEqual([{ from: 300, to: null }]);
    expect(describeGaps([none, part], 150, 160)).toBe("not collected");
    expect(describeGaps([none, part], 400, 500)).toBe("a sample only");
    expect(describeGaps([none, part], 200, 300)).toBe("");
    expect(describeGaps([none, { ...part, from: 150 }], 0, 1_000)).toBe("not collected in part of it");
  });

  it("names a source that is missing beside others, and does not say that nothing was collected", () => {
    const beside = { ...none, partial: true };
    expect(gapIntervals([beside], false)).toEqual([]);
    expect(describeGaps([beside], 150, 160)).toBe("X not collected");
    expect(describeGaps([beside, { ...beside, source: "bluesky" }, { ...beside, source: "demo" }], 150, 160)).toBe("X, Bluesky and 1 more not collected");
    expect(describeGaps([{ ...part, partial: true }], 400, 500)).toBe("X a sample only");
    expect(gapAxisTexts(chart(), [beside], "")).toEqual([]);
    const sentence = summaryOf({ interval_ms: 10, from: 0, to: 1_000, total: 0, buckets: [], gaps: [beside], took_ms: 1 }, 1_000);
    expect(sentence).toContain("X missing for part of it.");
    expect(sentence).not.toMatch(/ gaps?\./u);
  });

  it("takes what touches or overlaps, of whatever sources, as one stretch", () => {
    const rows = [none, { ...none, from: 200, to: 250, why: "still away" }, { ...none, source: "demo", from: 150, to: null }];
    expect(gapIntervals(rows, false)).toEqual([{ from: 100, to: null }]);
    expect(coversSpan(rows.slice(0, 2), 110, 240)).toBe(true);
    expect(coversSpan([none, { ...none, from: 201, to: 250 }], 110, 240)).toBe(false);
  });

  it("says each kind once under the axis, where there is room", () => {
    globalThis.devicePixelRatio = 1;
    const words = (gaps: Parameters<typeof gapAxisTexts>[1], wide?: number): string[] => gapAxisTexts(chart(wide), gaps, "").map((said) => /^(?:not collected|a sample only)/u.exec(said.text)?.[0] ?? "");
    expect(words([none])).toEqual(["not collected"]);
    expect(words([none, { ...part, from: 700 }])).toEqual(["not collected", "a sample only"]);
    expect(words([none, { ...none, from: 400, to: 500 }, { ...part, from: 700 }])).toEqual(["a sample only"]);
    expect(words([none, { ...part, from: 210, to: 300 }])).toEqual(["not collected"]);
    expect(words([none], 100)).toEqual([]);
  });

  it("keeps words apart", () => {
    const said = { text: "", middle: 100, half: 40 };
    expect(overlaps(said, 150, 20)).toBe(true);
    expect(overlaps(said, 170, 20)).toBe(false);
  });

  it("counts both kinds in the sentence of the chart", () => {
    const timeline = { interval_ms: 10, from: 0, to: 1_000, total: 0, buckets: [], gaps: [none, part, { ...none, from: 500, to: 600 }], took_ms: 1 };
    expect(summaryOf(timeline, 1_000)).toContain("2 gaps. Only a sample in 1 period.");
    expect(summaryOf({ ...timeline, gaps: [] }, 1_000)).not.toMatch(/gap|sample/u);
  });
});
