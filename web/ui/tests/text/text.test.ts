import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAge, axisLabels, formatSpan, formatExactTime, formatDuration, formatMoment } from "../../src/text/formatTime";
import { formatCompact, formatFrequency, formatNumber } from "../../src/text/formatNumber";
import { isolate } from "../../src/text/bidiIsolate";
import { splitSegments } from "../../src/text/postSegments";
import { initialOf } from "../../src/text/initial";
import { hostOf, otherHost, safeUrl } from "../../src/text/url";
import { highlightSpans } from "../../src/text/tokenizer";
import type { Entity } from "../../src/wire/post";

const entity = (type: Entity["type"], start: number, end: number, value: string): Entity => ({ type, start, end, value });

describe("the linking of text", () => {
  it("cuts by code points, not by UTF-16 units", () => {
    const pieces = splitSegments("🌊🌊 #storm now", [entity("hashtag", 3, 9, "storm")], []);
    expect(pieces.map(({ text, kind }) => [text, kind])).toEqual([["🌊🌊 ", "text"], ["#storm", "hashtag"], [" now", "text"]]);
  });

  it("finds links that the source did not name, without the end of the sentence", () => {
    const links = (text: string): string[] => splitSegments(text, [], []).filter((one) => one.kind === "link").map((one) => one.value);
    expect(links("see https://a.example/b?c=1. And (http://d.example/e)!")).toEqual(["https://a.example/b?c=1", "http://d.example/e"]);
    expect(links("no http:// link")).toEqual([]);
  });

  it("gives the text back whole, whatever the entities claim", () => {
    const any = fc.record({ type: fc.constantFrom<Entity["type"]>("hashtag", "mention", "link"), start: fc.integer({ min: -5, max: 60 }), end: fc.integer({ min: -5, max: 60 }), value: fc.string() });
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.array(any, { maxLength: 6 }), fc.array(fc.string({ maxLength: 5 })), (text, entities, terms) => {
      expect(splitSegments(text, entities, terms).map((one) => one.text).join("")).toBe(text);
    }), { numRuns: 500 });
  });

  it("marks whole words in any case, phrases in order, prefixes, and characters of unspaced scripts", () => {
    const marked = (text: string, ...terms: string[]): string[] => highlightSpans(text, terms).map(([start, end]) => text.slice(start, end));
    expect(marked("Storm, storms and STORM!", "storm")).toEqual(["Storm", "STORM"]);
    expect(marked("a coca-cola please", "coca cola")).toEqual(["coca-cola"]);
    expect(marked("harbour harbor port", "harb*")).toEqual(["harbour", "harbor"]);
    expect(marked("港の波がすごい", "波")).toEqual(["波"]);
    expect(marked("see #storm now", "#storm")).toEqual(["storm"]);
    expect(marked("nothing", "")).toEqual([]);
  });

  it("makes links of http and https only", () => {
    expect(safeUrl("javascript:alert(1)")).toBeNull();
    expect(safeUrl(" jAvAsCrIpT:alert(1)")).toBeNull();
    expect(safeUrl("data:text/html,x")).toBeNull();
    expect(safeUrl("//host/x")).toBeNull();
    expect(safeUrl("https://a.example/?q=1")).toBe("https://a.example/?q=1");
    expect(hostOf("https://www.a.example/b")).toBe("a.example");
  });

  it("finds an initial in any script, and a dot where there is none", () => {
    expect([initialOf("河合", "x"), initialOf("🌊🌊", "mara"), initialOf("", "")]).toEqual(["河", "M", "·"]);
  });
});

describe("numbers and times", () => {
  it("are short", () => {
    expect([999, 1_700, 88_000, 1_200_000].map(formatCompact)).toEqual(["999", "1.7K", "88K", "1.2M"]);
    const now = Date.UTC(2026, 10, 23, 12);
    expect([500, 12_000, 120_000, 7_200_000, 86_400_000].map((age) => formatAge(now - age, now))).toEqual(["now", "12 s", "2 min", "2 h", "1 d"]);
    expect(formatAge(now - 30 * 86_400_000, now)).toBe("Oct 24");
    expect(formatAge(now - 400 * 86_400_000, now)).toBe("Oct 19, 2025");
    expect([5_000, 90_000, 12_000_000].map(formatDuration)).toEqual(["5 s", "2 min", "3 h 20 min"]);
    expect([59_600, 3_599_000, 14_390_000, 14_400_000, 86_390_000].map(formatDuration)).toEqual(["1 min", "1 h 0 min", "4 h 0 min", "4 h 0 min", "1 d"]);
  });

  it("tell how often in a unit that one can read", () => {
    const day = 86_400_000;
    const often = (count: number, ms: number): string => formatFrequency(count, ms).join("/");
    expect([often(600, 600_000), often(12, day / 24), often(12, day), often(3, 7 * day), often(1, 90 * day), often(0, day)])
      .toEqual(["60/min", "0.2/min", "0.5/h", "0.4/d", "<0.1/d", "0/min"]);
  });

  it("are written as Intl writes them in English", () => {
    const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
    const full = new Intl.NumberFormat("en");
    fc.assert(fc.property(fc.integer({ min: 0, max: 999_000_000_000_000 }), (value) => {
      expect(formatNumber(value)).toBe(full.format(value));
    }));
    const values = [0, 7, 999, 1_000, 1_049, 1_700, 12_345, 99_999, 999_949, 999_950, 1_000_000, 1_260_000, 48_700_000, 2_000_000_000, 7.5];
    expect(values.map(formatCompact)).toEqual(values.map((value) => (value < 1000 ? full : short).format(value)));
  });

  it("give the time as it is in the reader's zone", () => {
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
    process.env.TZ = before;
  });
});

describe("a time on the page", () => {
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = "UTC";
  });
  afterAll(() => {
    process.env.TZ = zone;
  });
  const now = Date.UTC(2026, 10, 26, 12);
  const at = (text: string): number => Date.parse(`${text}Z`);
  const span = (from: string, to: string): string => formatSpan(at(from), at(to), now);

  it("says its day where that is not today, its year where that is not this one, and neither twice", () => {
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

  it("is days where the span is of whole days or long", () => {
    expect(span("2016-11-20T00:00", "2016-11-21T00:00")).toBe("Nov 20, 2016");
    expect(span("2016-11-20T00:00", "2016-11-22T00:00")).toBe("Nov 20–Nov 21, 2016");
    expect(span("2026-10-03T10:00", "2026-11-26T11:00")).toBe("Oct 3–Nov 26");
    expect(span("2007-05-03T10:00", "2017-11-26T11:00")).toBe("May 3, 2007–Nov 26, 2017");
    expect(span("2025-12-03T10:00", "2026-11-26T11:00")).toBe("Dec 3, 2025–Nov 26, 2026");
  });

  it("is one moment where it begins and ends in the same second", () => {
    expect(formatSpan(at("2016-11-20T14:03:10"), at("2016-11-20T14:03:10") + 1, now)).toBe("Nov 20, 2016, 14:03:10");
    expect(formatSpan(at("2026-11-26T11:03:10"), at("2026-11-26T11:03:10"), now)).toBe("11:03:10");
  });

  const marks = (first: string, step: number, count: number, fits: Parameters<typeof axisLabels>[3] = () => true): string[] =>
    axisLabels(Array.from({ length: count }, (_, index) => at(first) + index * step), step, now, fits);

  it("is on an axis as short as can be, with its date once", () => {
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

  it("has its date under the first mark on an axis that has room for it", () => {
    const room = (mark: number, text: string): boolean => mark > at("2016-11-20T14:00") || text.length < 8;
    expect(marks("2016-11-20T14:00", 3_600_000, 3, room)).toEqual(["14:00", "Nov 20, 2016, 15:00", "16:00"]);
    expect(marks("2016-11-20T14:00", 3_600_000, 2, () => false)).toEqual(["", ""]);
  });
});

describe("text of others in a sentence of ours", () => {
  it("turns nothing round, and is left as it is where it cannot", () => {
    expect(isolate("@user1")).toBe("@user1");
    expect(isolate("@\u202eresu\u2069")).toBe("\u2068@resu\u2069");
    expect(isolate("@مارا")).toBe("\u2068@مارا\u2069");
  });
});

describe("a link", () => {
  it("names the host it leads to where its text names another", () => {
    const host = (text: string, url: string): string => otherHost(text, url);
    expect(host("https://bank.example/login", "https://evil.example/x")).toBe("evil.example");
    expect(host("bank.example", "https://evil.example/")).toBe("evil.example");
    expect(host("https://bank.example@evil.example/", "https://evil.example/")).toBe("");
    expect(host("www.bank.example/a…", "https://bank.example/a/b")).toBe("");
    expect(host("BANK.example", "https://bank.example/")).toBe("");
    const link = entity("link", 0, 12, "https://evil.example/");
    expect(splitSegments("bank.example now", [link], ["bank"]).map((one) => one.ends ?? "")).toEqual(["", "bank.example", ""]);
    for (const text of ["read this", "3.14", "and so on...", "a.b", "@user"]) expect(host(text, "https://evil.example/")).toBe("");
  });
});
