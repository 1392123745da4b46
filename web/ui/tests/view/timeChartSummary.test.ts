import { describe, expect, it } from "vitest";
import { outlyingText, summaryOf, wholeSpan } from "../../src/view/charts/TimeChartFigure";

describe("outlying posts of a time chart", () => {
  const [from, to] = [new Date(2026, 10, 20, 14).getTime(), new Date(2026, 10, 20, 14, 10).getTime()];
  const [old, late] = [new Date(2012, 2, 4, 5, 6).getTime(), new Date(2026, 10, 24, 7, 8).getTime()];
  const earlier = { from: old, to: from, count: 1 };
  const later = { from: to, to: late + 1, count: 2 };
  const timeline = { interval_ms: 60_000, gaps: [], took_ms: 1, zone: "UTC", from, to, total: 13, buckets: [[from, 10]] as [number, number][], outlying: [earlier, later] };

  it("are told by number and time, also to a screen reader, and lie in the whole span", () => {
    expect(outlyingText(timeline, earlier, to)).toBe("1 earlier post, Mar 4, 2012, 05:06");
    expect(outlyingText(timeline, later, to)).toBe("2 later posts, Nov 24, 07:08");
    expect(summaryOf(timeline, to)).toContain(" 1 earlier post, Mar 4, 2012, 05:06. 2 later posts, Nov 24, 07:08.");
    expect(wholeSpan(timeline)).toEqual([old, late + 1]);
  });
});

describe("the summary of a time chart", () => {
  const minuteMs = 60_000;
  const chart = { interval_ms: minuteMs, gaps: [], took_ms: 1, zone: "UTC", outlying: [] };

  it("names no time without matches, and no date twice", () => {
    expect(summaryOf({ ...chart, from: 0, to: 0, total: 0, buckets: [] }, Date.now())).toBe("0 matches.");
    const from = new Date(2016, 10, 20, 14).getTime();
    expect(summaryOf({ ...chart, from, to: from + 30 * minuteMs, total: 9, buckets: [[from + minuteMs, 9]] }, Date.now()))
      .toBe("9 matches, Nov 20, 2016, 14:00–14:30. Peak: 9 at 14:01.");
  });
});
