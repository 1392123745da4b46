import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ago, exact, lasting, moment, onAxis } from "../src/text/clock";
import { compact, grouped } from "../src/text/number";
import { hostOf, initialOf, safeUrl, segmentsOf } from "../src/text/segments";
import { marksOf } from "../src/text/words";
import type { Entity } from "../src/wire/post";

const entity = (type: Entity["type"], start: number, end: number, value: string): Entity => ({ type, start, end, value });

describe("the linking of text", () => {
  it("cuts by code points, not by UTF-16 units", () => {
    const pieces = segmentsOf("🌊🌊 #storm now", [entity("hashtag", 3, 9, "storm")], []);
    expect(pieces.map(({ text, kind }) => [text, kind])).toEqual([["🌊🌊 ", "text"], ["#storm", "hashtag"], [" now", "text"]]);
  });

  it("finds links that the source did not name, without the end of the sentence", () => {
    const links = (text: string): string[] => segmentsOf(text, [], []).filter((one) => one.kind === "link").map((one) => one.value);
    expect(links("see https://a.example/b?c=1. And (http://d.example/e)!")).toEqual(["https://a.example/b?c=1", "http://d.example/e"]);
    expect(links("no http:// link")).toEqual([]);
  });

  it("gives the text back whole, whatever the entities claim", () => {
    const any = fc.record({ type: fc.constantFrom<Entity["type"]>("hashtag", "mention", "link"), start: fc.integer({ min: -5, max: 60 }), end: fc.integer({ min: -5, max: 60 }), value: fc.string() });
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.array(any, { maxLength: 6 }), fc.array(fc.string({ maxLength: 5 })), (text, entities, terms) => {
      expect(segmentsOf(text, entities, terms).map((one) => one.text).join("")).toBe(text);
    }), { numRuns: 500 });
  });

  it("marks whole words in any case, phrases in order, prefixes, and characters of unspaced scripts", () => {
    const marked = (text: string, ...terms: string[]): string[] => marksOf(text, terms).map(([start, end]) => text.slice(start, end));
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
    expect([999, 1_700, 88_000, 1_200_000].map(compact)).toEqual(["999", "1.7K", "88K", "1.2M"]);
    const now = Date.UTC(2026, 10, 23, 12);
    expect([500, 12_000, 120_000, 7_200_000, 86_400_000].map((age) => ago(now - age, now))).toEqual(["now", "12 s", "2 min", "2 h", "1 d"]);
    expect(ago(now - 30 * 86_400_000, now)).toBe("Oct 24");
    expect(ago(now - 400 * 86_400_000, now)).toBe("Oct 19, 2025");
    expect([5_000, 90_000, 12_000_000].map(lasting)).toEqual(["5 s", "2 min", "3 h 20 min"]);
  });

  it("are written as Intl writes them in English", () => {
    const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
    const full = new Intl.NumberFormat("en");
    fc.assert(fc.property(fc.integer({ min: 0, max: 999_000_000_000_000 }), (value) => {
      expect(grouped(value)).toBe(full.format(value));
    }));
    const values = [0, 7, 999, 1_000, 1_049, 1_700, 12_345, 99_999, 999_949, 999_950, 1_000_000, 1_260_000, 48_700_000, 2_000_000_000, 7.5];
    expect(values.map(compact)).toEqual(values.map((value) => (value < 1000 ? full : short).format(value)));
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
        expect(exact(at * 1000)).toBe(whole.format(at * 1000).replace(/GMT(?:\+0$)?/u, "UTC").replace("-", "−"));
        expect(onAxis(at * 1000, 900 * day, at * 1000)).toBe(month.format(at * 1000));
        expect(moment(at * 1000, 1, at * 1000)).toBe(seconds.format(at * 1000));
      }));
    }
    process.env.TZ = before;
  });
});
