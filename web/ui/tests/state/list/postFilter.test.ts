import { describe, expect, it } from "vitest";
import { filtersOf } from "../../../src/state/list/postFilter";
import type { Run } from "../../../src/state/run";
import { post } from "../../postFixtures";
import { runOf, SPEC } from "../../runFixtures";

const loadedRun = (): Run => {
  const made = runOf({ depth: 100 });
  made.applyFrame({ type: "subscribed", id: "a", key: "k", query: "*", terms: [] }, 0);
  made.applyFrame({ type: "history", id: "a", key: "k", posts: [post("a", { created_at: 1 }), post("b", { created_at: 2 })], done: true, after: 1 }, 0);
  return made;
};
const history = (...ids: string[]) => ({ type: "history" as const, id: "a", key: "k", posts: ids.map((id, at) => post(id, { created_at: at + 1 })), done: true, after: 1 });
const shown = (run: Run): string[] => run.cards(1e9).map((card) => card.id);

describe("the filters of a loadedRun", () => {
  it("count the hidden cards, which the reader can show, and hide them again after another choice", () => {
    const run = runOf();
    run.applyFrame(history("a", "b", "c"), 0);
    const filters = filtersOf(SPEC.hide, ["@h-a", "@h-b"]);
    run.list.setFilter(filters);
    expect([filters.count, run.list.hiddenCount(), shown(run)]).toEqual([2, 2, ["c"]]);
    run.list.setUnfiltered(true);
    expect([run.list.hiddenCount(), shown(run)]).toEqual([2, ["c", "b", "a"]]);
    run.list.setFilter(filtersOf(SPEC.hide, ["@h-a", "@h-b"]));
    expect(run.list.unfiltered).toBe(true);
    run.list.setFilter(filtersOf({ ...SPEC.hide, withoutMedia: true }, []));
    expect([run.list.unfiltered, run.list.hiddenCount(), shown(run)]).toEqual([false, 3, []]);
    run.list.setFilter(filtersOf(SPEC.hide, []));
    expect(run.list.hiddenCount()).toBe(0);
  });

  it("hide muted posts and no others", () => {
    const run = loadedRun();
    run.list.setFilter(filtersOf(SPEC.hide, ["@H-A"]));
    expect(shown(run)).toEqual(["b"]);
    run.list.setFilter(filtersOf(SPEC.hide, ["of", "@nobody"]));
    expect(shown(run)).toEqual([]);
    run.list.setFilter(filtersOf({ ...SPEC.hide, onlyLanguages: ["en"] }, []));
    expect(shown(run)).toEqual(["b", "a"]);
    expect(filtersOf(SPEC.hide, []).test).toBeNull();
    expect(filtersOf(SPEC.hide, ["!"]).test).toBeNull();
  });

  it("hide posts with a muted phrase, in any script, as a search finds it", () => {
    const hidden = (text: string, ...muted: string[]): boolean => {
      const run = loadedRun();
      run.list.setFilter(filtersOf(SPEC.hide, muted));
      run.addOlder([post("m", { text })], null, 0);
      return !shown(run).includes("m");
    };
    expect(hidden("今日の東京タワー", "東京")).toBe(true);
    expect(hidden("京都と東", "東京")).toBe(false);
    expect(hidden("สวัสดีครับ", "สวัสดี")).toBe(true);
    expect(hidden("Good Morning!", "good morning")).toBe(true);
    expect(hidden("a good old morning", "good morning")).toBe(false);
    expect(hidden("I like coca cola", "Coca-Cola")).toBe(true);
    expect(hidden("see #storm", "#Storm")).toBe(true);
    expect(hidden("🎉🎉", "🎉")).toBe(true);
  });
});

describe("the reason why a post is hidden", () => {
  const muted = { words: ["power cut"], authors: ["Mara"], languages: ["de"] };
  const mara = { ...post("x").author, handle: "mara" };
  it.each([
    ["replies", "", { reply_to: { id: "x:1", author: "m", handle: "m" } }],
    ["quotes", "", { quote_of: "x:1" }],
    ["sensitive", "", { sensitive: true }],
    ["language", "de", { lang: "de" }],
    ["word", "power cut", { text: "a Power cut!" }],
    ["word", "gale", { text: "gale" }],
    ["author", "mara", { author: mara }],
    [null, "", {}],
  ] as const)("is %s %s", (kind, value, changes) => {
    const filters = filtersOf({ ...SPEC.hide, replies: true, quotes: true, sensitive: true }, ["gale"], muted);
    const run = runOf();
    run.applyFrame({ type: "history", id: "a", key: "k", posts: [post("a", changes)], done: true, after: 1 }, 0);
    run.list.setFilter(filters);
    const [card] = run.cardIndex.latest.newestFirst();
    if (!card) throw new Error("The post has no card.");
    expect([filters.count, filters.why(card), shown(run).length]).toEqual([7, kind && { kind, value }, kind ? 0 : 1]);
  });
});
