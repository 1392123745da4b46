import { describe, expect, it } from "vitest";
import { readRoute, writeRoute } from "../../src/state/page/route";
import { Announcer } from "../../src/state/page/announcer";
import { statusOf, emptyListStatus, type StatusInputs } from "../../src/state/page/status";
import { sourceWords } from "../../src/words/status";
import { filtersOf } from "../../src/state/list/postFilter";
import type { Run } from "../../src/state/run";
import { exportUrl } from "../../src/wire/exportUrl";
import { requestedWaitMs, closeVerdict, backoffMs } from "../../src/wire/backoff";
import { readFrame } from "../../src/wire/frame";
import { post } from "../madePosts";
import { runOf, SPEC } from "../madeRuns";

const WELL: StatusInputs = {
  link: "open", linkSince: 1, everOpen: true, closeCode: 0, serverReconnecting: null, outage: null, indexed: 10, laggedAt: null, problem: null, problemAt: 7, ready: true, total: 5, loadedCount: 5, begunAt: 6,
  sources: [{ name: "bluesky", state: "live", lag_s: 1, since: 2, detail: "" }], from: null, to: null, gaps: [], nextStep: "SOURCE=bluesky make run",
};

describe("the state in words", () => {
  const kinds: [string, Partial<StatusInputs>][] = [
    ["live", {}],
    ["connecting", { link: "connecting", everOpen: false }],
    ["reconnecting", { link: "waiting" }],
    ["reconnecting", { serverReconnecting: 9 }],
    ["store-away", { outage: { since: 5, why: "the disk is full" } }],
    ["signed-out", { link: "signed-out" }],
    ["refused", { link: "refused", closeCode: 4400 }],
    ["search-wrong", { problem: { code: "unknown_operator", message: "re: is no operator.", position: 0 } }],
    ["search-failed", { problem: { code: "query_timeout", message: "It took too long.", hint: "Narrow it down." } }],
    ["lagged", { laggedAt: 3 }],
    ["source-down", { sources: [{ name: "x", state: "down", since: 4, detail: "401 from the API" }] }],
    ["replay-ended", { sources: [{ name: "replay", state: "ended", since: 4 }] }],
  ];
  it.each(kinds)("is %s", (kind, change) => {
    const condition = statusOf({ ...WELL, ...change });
    expect(condition.kind).toBe(kind);
    if (kind !== "live") {
      expect(condition.cause).not.toBe("");
      expect(condition.since).not.toBeNull();
      expect(condition.action?.label).toBeTruthy();
    }
  });

  it("says why a list is empty, with one action", () => {
    const none = { ...WELL, loadedCount: 0, total: 0 };
    expect(emptyListStatus(WELL)).toBeNull();
    expect(emptyListStatus({ ...none, ready: false })).toBeNull();
    expect(emptyListStatus({ ...none, indexed: 0 })?.kind).toBe("empty");
    expect(emptyListStatus(none)?.kind).toBe("no-match");
    const gap = { source: "x", from: 0, to: 100, why: "rate limit" };
    expect(emptyListStatus({ ...none, from: 10, to: 90, gaps: [gap] })).toMatchObject({ kind: "not-collected", action: { act: "now" } });
    expect(emptyListStatus({ ...none, from: 10, to: 900, gaps: [gap] })?.kind).toBe("no-match");
    const sample = { ...gap, why: "a budget", sampled: true };
    expect(emptyListStatus({ ...none, from: 10, to: 90, gaps: [sample] })?.cause).toContain("Only a sample was collected then: a budget.");
    for (const one of [none, { ...none, indexed: 0 }]) expect(emptyListStatus(one)?.since).not.toBeNull();
  });

  it("never says that new posts come where none do", () => {
    const none = { ...WELL, loadedCount: 0, total: 0 };
    const timeout = { code: "query_timeout", message: "It took too long.", hint: "Narrow it down." };
    expect(emptyListStatus({ ...none, problem: timeout })).toMatchObject({ kind: "search-failed", action: { act: "again" } });
    expect(emptyListStatus({ ...none, problem: timeout })?.cause).toBe("It took too long. Narrow it down. No new posts come until it is tried again.");
    expect(emptyListStatus({ ...none, problem: { code: "unreachable", message: "The server does not answer." }, from: 1, to: 2 })?.cause).not.toContain("No stored post");
    expect(emptyListStatus({ ...none, problem: { code: "empty", message: "Empty.", position: 0 } })).toMatchObject({ kind: "search-wrong", action: { act: "mend" } });
    expect(emptyListStatus({ ...none, problem: timeout, link: "waiting" })?.kind).toBe("reconnecting");
    expect(emptyListStatus({ ...none, sources: [{ name: "x", state: "down" }] })?.cause).toContain("No new posts: X is down.");
  });

  it("says that nothing was collected where no source was, by however many rows", () => {
    const then = { ...WELL, loadedCount: 0, total: 0, from: 10, to: 90 };
    const gap = { source: "x", from: 0, to: 50, why: "rate limit" };
    const rest = { ...gap, from: 50, to: null, why: "401" };
    expect(emptyListStatus({ ...then, gaps: [gap, rest] })).toMatchObject({ kind: "not-collected", cause: "X: rate limit; X: 401." });
    expect(emptyListStatus({ ...then, gaps: [gap, { ...rest, from: 51 }] })?.kind).toBe("no-match");
    const beside = emptyListStatus({ ...then, gaps: [{ ...gap, to: null, partial: true }] });
    expect(beside).toMatchObject({ kind: "no-match" });
    expect(beside?.cause).toContain("Not all was collected then: X: rate limit.");
  });

  it("tells since when the server has no broker, and of a source that is down beside one that is well", () => {
    expect(statusOf({ ...WELL, linkSince: 1, serverReconnecting: 9 }).since).toBe(9);
    const down = { name: "x", state: "down", detail: "401" };
    expect(statusOf({ ...WELL, sources: [...WELL.sources, down] })).toMatchObject({ kind: "live", tone: "warn", word: "Bluesky live, 1 s behind; X is down", cause: "X is down: 401" });
    expect(statusOf({ ...WELL, sources: [...WELL.sources, down, { name: "mastodon", state: "stopped" }] }).word).toContain("; X, Mastodon are down");
  });

  it("is told in a sentence a person would say", () => {
    expect(sourceWords({ name: "bluesky", state: "live", lag_s: 1 })).toBe("Bluesky live, 1 s behind");
  });
});

describe("a run", () => {
  const column = (): Run => {
    const made = runOf({ depth: 100 });
    made.applyFrame({ type: "subscribed", id: "a", key: "k", query: "*", terms: [] }, 0);
    made.applyFrame({ type: "history", key: "k", posts: [post("a", { created_at: 1 }), post("b", { created_at: 2 })], done: true, after: 1 }, 0);
    return made;
  };
  const shown = (one: Run): string[] => one.cards(1e9).map((card) => card.id);
  const live = (id: string, at: number) => ({ type: "posts" as const, key: "k", after: at, posts: [post(id, { created_at: at })] });

  it("moves nothing under a reader, and counts what waits", () => {
    const one = column();
    one.hold("reader");
    one.applyFrame(live("c", 3), 0);
    one.applyFrame({ type: "gone", key: "k", posts: [["a", 99]] }, 0);
    expect(shown(one)).toEqual(["b", "a"]);
    expect(one.hasLeft(one.cards(0)[1] as never)).toBe(true);
    expect([one.state, one.newCount]).toEqual(["paused", 1]);
    one.resume();
    expect(shown(one)).toEqual(["c", "b"]);
    expect([one.state, one.newCount]).toEqual(["live", 0]);
  });

  it("shows older posts that were asked for at the end of a list that stands still", () => {
    const one = column();
    one.hold("reader");
    one.addOlder([post("z", { created_at: 0 })], null, 0);
    expect(shown(one)).toEqual(["b", "a", "z"]);
    expect(one.newCount).toBe(0);
  });

  it("keeps what is read while newer posts take its room, and takes out only what was withdrawn or stopped matching", () => {
    const one = runOf({ depth: 3 });
    one.applyFrame({ type: "history", key: "k", posts: ["a", "b", "c"].map((id, at) => post(id, { created_at: at })), done: true, after: 1 }, 0);
    one.hold("reader");
    for (let at = 10; at < 20; at++) one.applyFrame(live(`new${at}`, at), 0);
    expect(shown(one)).toEqual(["c", "b", "a"]);
    expect(one.cards(0).filter((card) => one.hasLeft(card))).toEqual([]);
    one.applyFrame({ type: "deleted", ids: ["a"] }, 0);
    one.applyFrame({ type: "gone", key: "k", posts: [["b", 99]] }, 0);
    one.applyFrame({ type: "posts", key: "k", after: 9, posts: [post("c", { created_at: 2, version: 7, text: "edited" })] }, 0);
    expect(one.cards(0).map((card) => [card.id, one.hasLeft(card), card.post.text])).toEqual([["c", false, "edited"], ["b", true, "text of b"], ["a", true, "text of a"]]);
    one.resume();
    expect(shown(one)).toEqual(["new19", "new18", "new17"]);
  });

  it("stands still through a reset, and counts what came meanwhile however it came", () => {
    const one = column();
    one.hold("reader");
    one.applyFrame({ type: "reset", key: "k" }, 0);
    expect(shown(one)).toEqual(["b", "a"]);
    one.applyFrame({ type: "history", key: "k", posts: [post("d", { created_at: 4 }), post("b", { created_at: 2 })], done: false }, 0);
    one.applyFrame({ type: "history", key: "k", posts: [post("z", { created_at: 0 })], done: true, after: 9 }, 0);
    expect(shown(one)).toEqual(["b", "a", "z"]);
    one.applyFrame({ type: "history", key: "k", posts: [post("e", { created_at: 5 })], done: true, after: 12 }, 0);
    expect([one.state, one.newCount]).toEqual(["paused", 2]);
    one.resume();
    expect(shown(one)).toEqual(["e", "d", "b", "z"]);
  });

  it("counts as new only what will be seen: neither what is muted nor what lies under another", () => {
    const one = column();
    one.list.setFilter(filtersOf(SPEC.hide, ["@h-m"]));
    one.applyFrame(live("first", 3), 0);
    one.hold("reader");
    for (const id of ["m", "n"]) one.applyFrame(live(id, 4), 0);
    one.applyFrame({ type: "posts", key: "k", after: 5, posts: [post("alike", { created_at: 5, text: post("first").text })] }, 0);
    expect(one.newCount).toBe(1);
    one.setOrder("likes");
    one.hold("reader");
    one.applyFrame(live("o", 6), 0);
    expect([one.newCount, shown(one).includes("o")]).toEqual([1, false]);
  });

  it("knows where what it holds ends, whatever late posts come between", () => {
    const one = runOf({ depth: 3 });
    one.applyFrame({ type: "history", key: "k", posts: [30, 20].map((at) => post(`p${at}`, { created_at: at })), done: true, after: 1 }, 0);
    expect(one.loadedRange).toEqual({ at: 20, next: null, more: false });
    one.applyFrame(live("old", 1), 0);
    expect(one.loadedRange).toEqual({ at: 20, next: null, more: false });
    one.applyFrame(live("new", 40), 0);
    one.applyFrame(live("newer", 50), 0);
    expect(one.loadedRange).toEqual({ at: 20, next: null, more: true });
    one.hold("reader");
    one.addOlder([post("p9", { created_at: 9 })], "next", 0);
    expect(one.loadedRange).toEqual({ at: 9, next: "next", more: true });
    one.resume();
    expect(one.loadedRange.at).toBe(20);
  });

  it("ranks again at most every five seconds, or when asked", () => {
    const one = column();
    one.setOrder("likes");
    const liked = (id: string, likes: number) => post(id, { version: 9e9, counts: { replies: 0, reposts: 0, quotes: 0, likes } });
    one.applyFrame({ type: "posts", key: "k", after: 2, posts: [liked("a", 5)] }, 0);
    expect(one.cards(10_000).map((card) => card.id)).toEqual(["a", "b"]);
    one.applyFrame({ type: "posts", key: "k", after: 3, posts: [liked("b", 50)] }, 0);
    expect(one.cards(14_000).map((card) => card.id)).toEqual(["a", "b"]);
    expect(one.cards(15_001).map((card) => card.id)).toEqual(["b", "a"]);
    one.applyFrame({ type: "posts", key: "k", after: 4, posts: [{ ...liked("a", 99), version: 9e9 + 1 }] }, 0);
    one.setOrder("likes");
    expect(one.cards(15_002).map((card) => card.id)).toEqual(["a", "b"]);
  });

  it("hides what is muted, and nothing else", () => {
    const one = column();
    one.list.setFilter(filtersOf(SPEC.hide, ["@H-A"]));
    expect(shown(one)).toEqual(["b"]);
    one.list.setFilter(filtersOf(SPEC.hide, ["of", "@nobody"]));
    expect(shown(one)).toEqual([]);
    one.list.setFilter(filtersOf({ ...SPEC.hide, onlyLanguages: ["en"] }, []));
    expect(shown(one)).toEqual(["b", "a"]);
    expect(filtersOf(SPEC.hide, []).test).toBeNull();
    expect(filtersOf(SPEC.hide, ["!"]).test).toBeNull();
  });

  it("hides what says a muted phrase, in any script and as a search would find it", () => {
    const hidden = (text: string, ...muted: string[]): boolean => {
      const one = column();
      one.list.setFilter(filtersOf(SPEC.hide, muted));
      one.addOlder([post("m", { text })], null, 0);
      return !shown(one).includes("m");
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

describe("small parts", () => {
  it("speak at most once in thirty seconds, the latest message", () => {
    const announcer = new Announcer();
    let spoken = 0;
    for (let second = 0; second < 60; second++) {
      announcer.announce(`${second} new`);
      if (announcer.tick(second * 1_000, true)) spoken++;
    }
    expect(spoken).toBe(2);
    expect(announcer.text).toBe("30 new");
    announcer.announce("x");
    expect(announcer.tick(1e9, false)).toBe(false);
  });

  it("write an address that reads as the same place", () => {
    const place = { query: 'storm "a b" #tag', order: "inview" as const, from: 1_000, to: 5_000 };
    expect(readRoute(new URL(writeRoute(place, "/"), "http://h").search)).toEqual(place);
    expect(writeRoute({ query: "*", order: "latest", from: null, to: null }, "/")).toBe("/");
    expect(readRoute("?sort=nonsense&from=9&to=1")).toEqual({ query: "*", order: "latest", from: null, to: null });
  });

  it("export a chosen span only, as the search itself says", () => {
    const asked = (...of: Parameters<typeof exportUrl>): string | null => new URL(exportUrl(...of), "http://h").searchParams.get("q");
    expect(asked("a OR b", "csv")).toBe("a OR b");
    expect(asked("a OR b", "csv", 0, 1_500)).toBe("(a OR b) since:1970-01-01T00:00:00.000Z until:1970-01-01T00:00:01.500Z");
    expect(asked("*", "csv", 0, 8.64e15)).toBe("(*) since:1970-01-01T00:00:00.000Z until:9999-12-31T23:59:59.999Z");
  });

  it("take no time from an address that no date can be", () => {
    const now = { query: "*", order: "latest", from: null, to: null };
    for (const search of ["?from=0&to=9000000000000000", "?from=1960-01-01T00:00:00Z&to=5", "?from=1&to=x"]) expect(readRoute(search)).toEqual(now);
    const place = readRoute("?from=0&to=8640000000000000");
    expect(readRoute(new URL(writeRoute(place, "/"), "http://h").search)).toEqual(place);
  });

  it("come back as the close code says, later each time", () => {
    expect([1006, 1012, 4008, 4401, 4400, 4429, 1002].map(closeVerdict)).toEqual(["later", "later", "later", "signed-out", "never", "never", "never"]);
    expect(requestedWaitMs("going_away; come back in 1200 ms")).toBe(1200);
    expect(requestedWaitMs("bye")).toBe(0);
    expect(backoffMs(0, () => 0)).toBe(250);
    expect(backoffMs(99, () => 1)).toBe(20_000);
  });

  it("read frames, and nothing that is none", () => {
    for (const text of ["", "null", "[]", "{}", '{"type":"evil"}', '{"type":"posts","posts":1}', '{"type":"deleted"}']) expect(readFrame(text)).toBeNull();
    expect(readFrame('{"type":"deleted","ids":["a"]}')).toEqual({ type: "deleted", ids: ["a"] });
  });
});
