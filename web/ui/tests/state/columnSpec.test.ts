import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../src/state/page/settings";
import { type ColumnSpec, followDefaults, isColumnId, randomColumnId, sameSpec, settingsOf, specFromJson, specOf, specToJson, truncateTitle } from "../../src/state/columnSpec";
import { LIVE_ROUTE, SPEC } from "../runFixtures";

const FULL: ColumnSpec = {
  id: "b7", title: "Harbour fire", query: 'storm "a b"', order: "likes", from: 1_000, to: 2_000, depth: 500, pageSize: 5, width: "wide", collapsed: true, media: "ask",
  hide: { reposts: true, replies: true, quotes: true, sensitive: true, withoutMedia: true, onlyLanguages: ["ja"] },
  mutes: { words: ["power cut"], authors: ["mara"], languages: ["de"] }, alert: "sound",
};

describe("a column spec", () => {
  it("is equal after storage, whatever the order of its fields", () => {
    expect(specFromJson(specToJson(FULL), SPEC)).toEqual(FULL);
    const turned = Object.fromEntries(Object.entries(FULL).reverse()) as unknown as ColumnSpec;
    expect(sameSpec(turned, FULL)).toBe(true);
    expect(sameSpec({ ...FULL, mutes: { ...FULL.mutes, words: [] } }, FULL)).toBe(false);
  });

  it("takes each invalid value from the fallback", () => {
    for (const text of ["{{", "null", "7", "{}"]) expect(specFromJson(text, SPEC)).toEqual(SPEC);
    const broken = {
      id: "No!", title: 5, query: 5, order: "best", from: "x", depth: 1e9, pageSize: 7, width: "vast", collapsed: 1, media: "all", alert: "siren",
      hide: { replies: 1, reposts: true, onlyLanguages: [1, "de", "de"] }, mutes: { words: "storm", authors: [null, " mara "] },
    };
    expect(specFromJson(JSON.stringify(broken), SPEC)).toEqual({
      ...SPEC, hide: { ...SPEC.hide, reposts: true, onlyLanguages: ["de"] }, mutes: { words: [], authors: ["mara"], languages: [] },
    });
  });

  it("has a bounded title of one line, and an id that addresses and stores can hold", () => {
    expect(truncateTitle("  Harbour\n  fire ")).toBe("Harbour fire");
    expect([...truncateTitle("🌊".repeat(500))].length).toBe(100);
    for (let count = 0; count < 50; count++) expect(isColumnId(randomColumnId())).toBe(true);
  });

  it("begins with the settings, follows their changes, and keeps what it chose itself", () => {
    const before = { ...DEFAULT_SETTINGS, hideReplies: true, depth: 500 };
    const spec = { ...specOf("a", LIVE_ROUTE, before), media: "hide" as const };
    expect([spec.hide.replies, spec.depth]).toEqual([true, 500]);
    const after = followDefaults(spec, before, { ...before, hideReplies: false, hideQuotes: true, media: "ask", pageSize: 5 });
    expect([after.hide.replies, after.hide.quotes, after.media, after.pageSize]).toEqual([false, true, "hide", 5]);
    expect(specOf("a", LIVE_ROUTE, { ...before, ...settingsOf(FULL) }).hide).toEqual(FULL.hide);
  });
});
