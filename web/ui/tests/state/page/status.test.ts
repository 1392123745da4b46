import { describe, expect, it } from "vitest";
import { statusOf, emptyListStatus, type StatusInputs } from "../../../src/state/page/status";
import { sourceWords } from "../../../src/words/sources";

const ALL_WELL: StatusInputs = {
  link: "open", linkSince: 1, everOpen: true, closeCode: 0, serverReconnecting: null, outage: null, indexed: 10, laggedAt: null, problem: null, problemAt: 7, ready: true, total: 5, loadedCount: 5, begunAt: 6,
  sources: [{ name: "bluesky", state: "live", lag_s: 1, since: 2, detail: "" }], from: null, to: null, gaps: [], nextStep: "SOURCE=bluesky make run",
};

describe("the status", () => {
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
    const status = statusOf({ ...ALL_WELL, ...change });
    expect(status.kind).toBe(kind);
    if (kind !== "live") {
      expect(status.cause).not.toBe("");
      expect(status.since).not.toBeNull();
      expect(status.action?.label).toBeTruthy();
    }
  });

  it("gives the reason why a list is empty, with one action", () => {
    const none = { ...ALL_WELL, loadedCount: 0, total: 0 };
    expect(emptyListStatus(ALL_WELL)).toBeNull();
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

  it("never promises new posts when none will come", () => {
    const none = { ...ALL_WELL, loadedCount: 0, total: 0 };
    const timeout = { code: "query_timeout", message: "It took too long.", hint: "Narrow it down." };
    expect(emptyListStatus({ ...none, problem: timeout })).toMatchObject({ kind: "search-failed", action: { act: "again" } });
    expect(emptyListStatus({ ...none, problem: timeout })?.cause).toBe("It took too long. Narrow it down. No new posts come until it is tried again.");
    expect(emptyListStatus({ ...none, problem: { code: "unreachable", message: "The server does not answer." }, from: 1, to: 2 })?.cause).not.toContain("No stored post");
    expect(emptyListStatus({ ...none, problem: { code: "empty", message: "Empty.", position: 0 } })).toMatchObject({ kind: "search-wrong", action: { act: "mend" } });
    expect(emptyListStatus({ ...none, problem: timeout, link: "waiting" })?.kind).toBe("reconnecting");
    expect(emptyListStatus({ ...none, sources: [{ name: "x", state: "down" }] })?.cause).toContain("No new posts: X is down.");
  });

  it("reports that nothing was collected if no source was, whatever the number of gaps", () => {
    const then = { ...ALL_WELL, loadedCount: 0, total: 0, from: 10, to: 90 };
    const gap = { source: "x", from: 0, to: 50, why: "rate limit" };
    const rest = { ...gap, from: 50, to: null, why: "401" };
    expect(emptyListStatus({ ...then, gaps: [gap, rest] })).toMatchObject({ kind: "not-collected", cause: "X: rate limit; X: 401." });
    expect(emptyListStatus({ ...then, gaps: [gap, { ...rest, from: 51 }] })?.kind).toBe("no-match");
    const beside = emptyListStatus({ ...then, gaps: [{ ...gap, to: null, partial: true }] });
    expect(beside).toMatchObject({ kind: "no-match" });
    expect(beside?.cause).toContain("Not all was collected then: X: rate limit.");
  });

  it("gives the time at which the server lost its broker, and names a source that is down beside a running one", () => {
    expect(statusOf({ ...ALL_WELL, linkSince: 1, serverReconnecting: 9 }).since).toBe(9);
    const down = { name: "x", state: "down", detail: "401" };
    expect(statusOf({ ...ALL_WELL, sources: [...ALL_WELL.sources, down] })).toMatchObject({ kind: "live", tone: "warn", word: "Bluesky live, 1 s behind; X is down", cause: "X is down: 401" });
    expect(statusOf({ ...ALL_WELL, sources: [...ALL_WELL.sources, down, { name: "mastodon", state: "stopped" }] }).word).toContain("; X and Mastodon are down");
  });

  it("names a source with its state and lag", () => {
    expect(sourceWords({ name: "bluesky", state: "live", lag_s: 1 })).toBe("Bluesky live, 1 s behind");
  });
});
