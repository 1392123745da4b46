import { afterEach, describe, expect, it } from "vitest";
import { changeSettings, DEFAULT_SETTINGS, LIST_MAX, loadSettings, sharedSettings, withRecent } from "../../../src/state/page/settings";

/** A storage for one text, which the tabs of a browser share. */
function storage(text: string | null = null): { getItem: () => string | null; setItem: (name: string, value: string) => void } {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_, value) => {
      kept = value;
    },
  };
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `word${at}`);

describe("settings", () => {
  afterEach(() => void Reflect.deleteProperty(globalThis, "localStorage"));

  it("that are invalid are the defaults", () => {
    const broken = { depth: "x", muted: [1, "a"], theme: "dark", extra: 1, saved: [{ query: "a", order: "reach" }, { query: 1 }, "b", null] };
    expect(loadSettings(storage(JSON.stringify(broken)))).toEqual({
      ...DEFAULT_SETTINGS, muted: ["a"], theme: "dark", saved: [{ query: "a", order: "reach" }],
    });
    for (const text of ["{{", "null", "7", "[]"]) expect(loadSettings(storage(text))).toEqual(DEFAULT_SETTINGS);
  });

  it("outside the allowed values are the defaults", () => {
    const wrong = { depth: 1e9, pageSize: -1, trendWindowMs: 0, theme: "pink", density: "", media: "all" };
    expect(loadSettings(storage(JSON.stringify(wrong)))).toEqual(DEFAULT_SETTINGS);
    expect(loadSettings(storage('{"depth":20000,"pageSize":5,"trendWindowMs":60000}'))).toMatchObject({ depth: 20_000, pageSize: 5, trendWindowMs: 60_000 });
  });

  it("work without a storage, and with a full storage", () => {
    Object.defineProperty(globalThis, "localStorage", { configurable: true, get: () => { throw new Error("SecurityError"); } });
    expect(loadSettings()).toEqual(DEFAULT_SETTINGS);
    expect(changeSettings({ ...DEFAULT_SETTINGS, theme: "dark" }, { keys: false })).toMatchObject({ theme: "dark", keys: false });
    const full = { getItem: () => null, setItem: () => { throw new Error("QuotaExceededError"); } };
    expect(changeSettings({ ...DEFAULT_SETTINGS, theme: "dark" }, { keys: false }, full)).toMatchObject({ theme: "dark", keys: false });
  });

  it("of one tab keep the changes of another tab", () => {
    const kept = storage();
    const one = loadSettings(kept);
    let other = loadSettings(kept);
    changeSettings(one, { saved: [{ query: "storm", order: "latest" }], muted: ["a"], depth: 500, panel: false }, kept);
    other = changeSettings(other, { recent: withRecent(other.recent, "ferry") }, kept);
    expect(other).toMatchObject({ saved: [{ query: "storm", order: "latest" }], muted: ["a"], recent: ["ferry"], depth: 5_000, panel: true });
    expect(loadSettings(kept)).toMatchObject({ saved: [{ query: "storm", order: "latest" }], depth: 500, panel: false });
    expect(sharedSettings(one, kept).recent).toEqual(["ferry"]);
  });

  it("of two tabs are merged item by item, though neither tab has seen the other's change", () => {
    const kept = storage(JSON.stringify({ muted: ["old", "older"], saved: [{ query: "a", order: "latest" }], recent: ["a"] }));
    const one = loadSettings(kept);
    const other = loadSettings(kept);
    const saved = (query: string, order: "latest" | "likes") => ({ query, order });
    changeSettings(one, { saved: [...one.saved, saved("storm", "latest")], muted: ["old", "mine"], recent: withRecent(one.recent, "storm") }, kept);
    changeSettings(other, { saved: [...other.saved, saved("storm", "likes")], muted: [...other.muted, "theirs"], recent: withRecent(other.recent, "ferry") }, kept);
    expect(loadSettings(kept)).toMatchObject({
      saved: [saved("a", "latest"), saved("storm", "latest"), saved("storm", "likes")], muted: ["old", "mine", "theirs"], recent: ["ferry", "a", "storm"],
    });
    changeSettings(one, { saved: [] }, kept);
    expect(loadSettings(kept).saved).toEqual([saved("storm", "latest"), saved("storm", "likes")]);
    changeSettings(one, { recent: [] }, kept);
    expect(loadSettings(kept).recent).toEqual([]);
  });

  it("keep the newest items of a list that is too long", () => {
    const kept = storage();
    const words = numbered(LIST_MAX + 1);
    expect(changeSettings(loadSettings(kept), { muted: words }, kept).muted).toEqual(words.slice(1));
    expect(loadSettings(kept).muted).toEqual(words.slice(1));
    expect(loadSettings(storage(JSON.stringify({ muted: words }))).muted).toHaveLength(LIST_MAX);
    expect(withRecent(["b", "a"], "a")).toEqual(["a", "b"]);
  });
});
