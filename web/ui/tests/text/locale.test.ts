import { afterEach, describe, expect, it } from "vitest";
import { formatAge, formatDuration, formatExactTime, formatMoment, formatSpan } from "../../src/text/formatTime";
import { formatCompact, formatCount, formatFrequency, formatList, formatNumber, formatPercent, formatRate } from "../../src/text/formatNumber";
import { setLocale } from "../../src/text/locale";

const ENGLISH = { second: "s", minute: "min", hour: "h", day: "d" };
const GERMAN = { ...ENGLISH, day: "T" };
/** Blanks that do not break are written as plain ones, to compare them. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/gu, " ");

afterEach(() => setLocale("en-US", ENGLISH));

describe("formats of another locale", () => {
  it("write numbers, rates and shares as it does", () => {
    setLocale("de-DE", GERMAN);
    expect([formatNumber(18_204.5), formatCompact(1_234_567), formatRate(0.44), formatPercent(0.125, 1), formatFrequency(1, 90 * 86_400_000)[0]].map(plain))
      .toEqual(["18.204,5", "1,2 Mio.", "0,4", "12,5 %", "<0,1"]);
  });

  it("write times, spans and ages as it does, with its own units", () => {
    setLocale("de-DE", GERMAN);
    const at = new Date(2016, 10, 20, 14, 3, 7).getTime();
    const now = new Date(2026, 10, 26, 12).getTime();
    expect(formatExactTime(at)).toMatch(/^20\. Nov\. 2016, 14:03:07 UTC/u);
    expect(formatMoment(at, 60_000, at)).toBe("14:03");
    expect(formatSpan(new Date(2016, 10, 20).getTime(), new Date(2016, 10, 22).getTime(), now)).toBe("20. Nov.–21. Nov. 2016");
    expect([formatAge(now, now), formatAge(now - 3 * 86_400_000, now), formatDuration(12_000_000)]).toEqual(["jetzt", "3 T", "3 h 20 min"]);
  });

  it("choose the plural form by its rules, and join a list as it does", () => {
    const posts = { one: "пост", few: "поста", many: "постов", other: "поста" };
    setLocale("ru", ENGLISH);
    expect([1, 3, 5, 21, 1_001].map((count) => formatCount(count, posts).split(/[\s\u00a0]/u).at(-1))).toEqual(["пост", "поста", "постов", "пост", "пост"]);
    setLocale("de", GERMAN);
    expect([formatList(["X", "Bluesky", "Mastodon"]), formatList(["X"]), formatList([])]).toEqual(["X, Bluesky und Mastodon", "X", ""]);
  });

  it("differ by region within a language", () => {
    setLocale("en-GB", ENGLISH);
    expect(formatMoment(new Date(2016, 10, 20).getTime(), 86_400_000, Date.now())).toBe("20 Nov 2016");
  });
});
