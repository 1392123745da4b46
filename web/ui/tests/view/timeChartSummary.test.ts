import { describe, expect, it } from "vitest";
import { summaryOf } from "../../src/view/charts/TimeChartFigure";

describe("the summary of a time chart", () => {
  const minuteMs = 60_000;
  const chart = { interval_ms: minuteMs, gaps: [], took_ms: 1 };

  it("names no time without matches, and no date twice", () => {
    expect(summaryOf({ ...chart, from: 0, to: 0, total: 0, buckets: [] }, Date.now())).toBe("0 matches.");
    const from = new Date(2016, 10, 20, 14).getTime();
    expect(summaryOf({ ...chart, from, to: from + 30 * minuteMs, total: 9, buckets: [[from + minuteMs, 9]] }, Date.now()))
      .toBe("9 matches, Nov 20, 2016, 14:00–14:30. Peak: 9 at 14:01.");
  });
});
