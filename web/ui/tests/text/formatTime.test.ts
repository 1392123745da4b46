import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAge, axisLabels, formatSpan, formatExactTime, formatDuration, formatMoment } from "../../src/text/formatTime";

describe("ages and durations", () => {
  it("are short texts", () => {
    const now = Date.UTC(2026, 10, 23, 12);
    expect([500, 12_000, 120_000, 7_200_000, 86_400_000].map((age) => formatAge(now - age, now))).toEqual(["now", "12 s", "2 min", "2 h", "1 d"]);
    expect(formatAge(now - 30 * 86_400_000, now)).toBe("Oct 24");
    expect(formatAge(now - 400 * 86_400_000, now)).toBe("Oct 19, 2025");
    expect([5_000, 90_000, 12_000_000].map(formatDuration)).toEqual(["5 s", "2 min", "3 h 20 min"]);
    expect([59_600, 3_599_000, 14_390_000, 14_400_000, 86_390_000].map(formatDuration)).toEqual(["1 min", "1 h 0 min", "4 h 0 min", "4 h 0 min", "1 d"]);
  });
});

describe("exact times", () => {
  it("equal the formats of Intl in the reader's zone", () => {
    const day = 86_400_000;
    const before = process.env.TZ;
    for (const timeZone of ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"]) {
      process.env.TZ = timeZone;
      const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone } as const;
      const whole = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric", ...clock, timeZoneName: "shortOffset" });
      const seconds = new Intl.DateTimeFormat("en", clock);
      const month = new Intl.DateTimeFormat("en", { month: "short", year: "numeric", timeZone });
      fc.assert(fc.property(fc.integer({ min: Date.UTC(1975, 0) / 1000, max: Date.UTC(2037, 0) / 1000 }), (at) => {
        expect(formatExactTime(at * 1000)).toBe(whole.format(at * 1000).replace(/GMT(?:\+0$)?/u, "UTC").replace("-", "−"));
        expect(axisLabels([at * 1000], 30 * day, Date.UTC(1970, 5), () => true)).toEqual([month.format(at * 1000)]);
        expect(formatMoment(at * 1000, 1, at * 1000)).toBe(seconds.format(at * 1000));
      }));
    }
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
});

describe("spans and axis labels", () => {
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = "UTC";
  });
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  const now = Date.UTC(2026, 10, 26, 12);
  const at = (text: string): number => Date.parse(`${text}Z`);
  const span = (from: string, to: string): string => formatSpan(at(from), at(to), now);

  it("give the day if it is not today, the year if it is not this year, and neither twice", () => {
    expect(span("2026-11-26T06:00", "2026-11-26T11:14")).toBe("06:00–11:14");
    expect(span("2026-11-26T11:03:10", "2026-11-26T11:07:20")).toBe("11:03:10–11:07:20");
    expect(span("2026-11-17T14:03:10", "2026-11-17T14:07:20")).toBe("Nov 17, 14:03:10–14:07:20");
    expect(span("2016-11-20T14:00", "2016-11-20T15:00")).toBe("Nov 20, 2016, 14:00–15:00");
    expect(span("2016-11-20T14:03", "2016-11-20T14:04")).toBe("Nov 20, 2016, 14:03–14:04");
    expect(span("2016-11-20T22:00", "2016-11-21T04:00")).toBe("Nov 20, 2016, 22:00–Nov 21, 04:00");
    expect(span("2026-11-25T22:00", "2026-11-26T01:00")).toBe("Nov 25, 22:00–Nov 26, 01:00");
    expect(span("2016-12-31T22:00", "2017-01-01T04:00")).toBe("Dec 31, 2016, 22:00–Jan 1, 2017, 04:00");
    expect(span("2016-11-20T23:00", "2016-11-21T00:00")).toBe("Nov 20, 2016, 23:00–00:00");
  });

  it("are dates alone for whole days and long spans", () => {
    expect(span("2016-11-20T00:00", "2016-11-21T00:00")).toBe("Nov 20, 2016");
    expect(span("2016-11-20T00:00", "2016-11-22T00:00")).toBe("Nov 20–Nov 21, 2016");
    expect(span("2026-10-03T10:00", "2026-11-26T11:00")).toBe("Oct 3–Nov 26");
    expect(span("2007-05-03T10:00", "2017-11-26T11:00")).toBe("May 3, 2007–Nov 26, 2017");
    expect(span("2025-12-03T10:00", "2026-11-26T11:00")).toBe("Dec 3, 2025–Nov 26, 2026");
  });

  it("are one moment where a span begins and ends in the same second", () => {
    expect(formatSpan(at("2016-11-20T14:03:10"), at("2016-11-20T14:03:10") + 1, now)).toBe("Nov 20, 2016, 14:03:10");
    expect(formatSpan(at("2026-11-26T11:03:10"), at("2026-11-26T11:03:10"), now)).toBe("11:03:10");
  });

  const marks = (first: string, step: number, count: number, fits: Parameters<typeof axisLabels>[3] = () => true): string[] =>
    axisLabels(Array.from({ length: count }, (_, index) => at(first) + index * step), step, now, fits);

  it("are as short as possible on an axis, with each date once", () => {
    const hour = 3_600_000;
    expect(marks("2026-11-26T09:00", hour, 3)).toEqual(["09:00", "10:00", "11:00"]);
    expect(marks("2026-11-26T09:00", 30_000, 3)).toEqual(["09:00:00", "09:00:30", "09:01:00"]);
    expect(marks("2016-11-20T14:00", hour, 3)).toEqual(["Nov 20, 2016, 14:00", "15:00", "16:00"]);
    expect(marks("2026-11-25T12:00", 6 * hour, 4)).toEqual(["Nov 25, 12:00", "18:00", "Nov 26", "06:00"]);
    expect(marks("2016-12-30T00:00", 24 * hour, 4)).toEqual(["Dec 30, 2016", "Dec 31", "Jan 1, 2017", "Jan 2"]);
    expect(marks("2016-11-20T14:00:00", 500, 3)).toEqual(["Nov 20, 2016, 14:00:00", "", "14:00:01"]);
    expect(axisLabels([at("2016-11-01"), at("2016-12-01"), at("2017-01-01")], 30 * 24 * hour, now, () => true)).toEqual(["Nov 2016", "Dec", "Jan 2017"]);
    expect(axisLabels([at("2016-01-01"), at("2017-01-01")], 365 * 24 * hour, now, () => true)).toEqual(["2016", "2017"]);
  });

  it("have the date under the first mark that has room for it", () => {
    const room = (mark: number, text: string): boolean => mark > at("2016-11-20T14:00") || text.length < 8;
    expect(marks("2016-11-20T14:00", 3_600_000, 3, room)).toEqual(["14:00", "Nov 20, 2016, 15:00", "16:00"]);
    expect(marks("2016-11-20T14:00", 3_600_000, 2, () => false)).toEqual(["", ""]);
  });
});
