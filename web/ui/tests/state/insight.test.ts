// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Insight } from "../../src/state/insight";

const BASED_ON = { counted: 3, matching: 3, from: 0, to: 1 };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (address: string) => Promise.resolve(Response.json(
    address.startsWith("/api/top")
      ? { field: "words", items: [{ value: "زلزال", label: "", count: 3, share: 1, background: null, score: null, forms: ["الزلزال", "زلزال"] }], based_on: BASED_ON, took_ms: 1 }
      : { interval_ms: 1, from: 0, to: 1, total: 0, buckets: [], gaps: [], zone: "UTC", outlying: [], took_ms: 1 },
  )));
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the insight", () => {
  it("turns a counted word into a term of all its forms, and another word into itself", async () => {
    const insight = new Insight(() => undefined, () => undefined);
    insight.startPolling({ query: "*", order: "latest", from: null, to: null }, true);
    await vi.advanceTimersByTimeAsync(10);
    expect([insight.termOfWord("زلزال"), insight.termOfWord("storm")]).toEqual(["(الزلزال OR زلزال)", "storm"]);
    insight.stopPolling();
  });
});
