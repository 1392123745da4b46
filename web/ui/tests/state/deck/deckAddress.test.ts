import { describe, expect, it } from "vitest";
import { writeRoute } from "../../../src/state/page/route";
import { DEFAULT_SETTINGS } from "../../../src/state/page/settings";
import { COLUMNS_MAX, isQueryTooLong, readColumns, writeColumns } from "../../../src/state/deck/deckAddress";
import type { ColumnSpec } from "../../../src/state/columnSpec";
import { SPEC } from "../../runFixtures";

const read = (search: string, settings = DEFAULT_SETTINGS): ColumnSpec[] => readColumns(search, settings);
const queries = (search: string): string[] => read(search).map(({ query }) => query);
const again = (specs: ColumnSpec[], settings = DEFAULT_SETTINGS): ColumnSpec[] =>
  readColumns(new URL(writeColumns(specs, settings, "/"), "http://h").search, settings, specs.map(({ id }) => id));

describe("the address of a deck", () => {
  it("has a column for each q, with the parameters that follow it", () => {
    const [storm, ferry, all] = read("?q=storm&sort=likes&title=Harbour&q=ferry&from=1000&to=2000&q=*");
    expect([storm?.query, storm?.order, storm?.title, storm?.from]).toEqual(["storm", "likes", "Harbour", null]);
    expect([ferry?.query, ferry?.order, ferry?.title, ferry?.from]).toEqual(["ferry", "latest", "", 1_000]);
    expect(all?.query).toBe("*");
  });

  it("of one column is that of today", () => {
    for (const search of ["", "?q=storm", "?sort=likes&q=storm", "?from=1000&to=2000", "?q=a&sort=reach&from=0&to=9", "?q=storm+OR+%23tag"]) {
      const specs = read(search);
      expect(specs.length).toBe(1);
      expect(writeColumns(specs, DEFAULT_SETTINGS, "/")).toBe(writeRoute(specs[0] as ColumnSpec, "/"));
    }
    expect(queries("?sort=likes&q=storm")).toEqual(["storm"]);
    expect(read("?sort=likes&q=storm")[0]?.order).toBe("likes");
  });

  it("is equal after it is written and read again, with everything a column chose", () => {
    const full: ColumnSpec = {
      ...SPEC, id: "b", title: "A, b & c", query: "storm,x", order: "likes", from: 1_000, to: 2_000, depth: 500, pageSize: 5, width: "wide", collapsed: true, media: "ask", alert: "badge",
      hide: { reposts: true, replies: false, quotes: true, sensitive: false, withoutMedia: false, onlyLanguages: ["ja", "de"] },
      mutes: { words: ["power, cut", "none"], authors: ["mara"], languages: ["fr"] },
    };
    expect(again([SPEC, full])).toEqual([SPEC, full]);
    expect(again([full])).toEqual([full]);
    const strict = { ...DEFAULT_SETTINGS, hideReplies: true, languages: ["en"], depth: 500 };
    expect(again([SPEC, full], strict)).toEqual([SPEC, full]);
    expect(writeColumns([SPEC], strict, "/")).toBe("/?depth=5000&hide=none&langs=none");
  });

  it("gives a search the same id whenever it is opened, and two columns of one search two ids", () => {
    const [one, two, other] = read("?q=storm&q=storm&sort=likes&q=ferry").map(({ id }) => id);
    expect(read("?q=storm")[0]?.id).toBe(one);
    expect(new Set([one, two, other]).size).toBe(3);
    expect(readColumns("?q=storm&q=ferry", DEFAULT_SETTINGS, ["x", "y"]).map(({ id }) => id)).toEqual(["x", "y"]);
    for (const ids of [["x"], ["x", "x"], ["x", 5], ["x", "NO"]]) expect(readColumns("?q=storm&q=ferry", DEFAULT_SETTINGS, ids)[0]?.id).toBe(one);
  });

  it("is bounded, and tells a search that is too long", () => {
    expect(read(`?${"q=a&".repeat(500)}`).length).toBe(COLUMNS_MAX);
    expect([isQueryTooLong(`?q=a&q=${"b".repeat(2_000)}`), isQueryTooLong("?q=a&q=b")]).toEqual([true, false]);
    expect(read("?width=vast&depth=-3&per=7&alert=siren&media=x&collapsed=yes&hide=everything&mute=")).toEqual([{ ...SPEC, id: read("")[0]?.id }]);
  });
});
