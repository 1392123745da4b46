import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toResubscribe, NEW_SUBSCRIPTION, reduceSubscription, type SubscriptionState } from "../../src/wire/subscriptionState";
import type { Frame } from "../../src/wire/frame";

const key = "k";
const subscribed: Frame = { type: "subscribed", id: "a", key, query: "*", terms: [] };
const run = (frames: readonly Frame[], from: SubscriptionState = NEW_SUBSCRIPTION): SubscriptionState => frames.reduce((sub, frame) => reduceSubscription(sub, "a", frame), from);
const posts = (after: number): Frame => ({ type: "posts", key, posts: [], after });
const done = (after: number): Frame => ({ type: "history", id: "a", key, posts: [], done: true, after });

describe("the state of a subscription", () => {
  it("resubscribes without `after` while its history is not complete", () => {
    const sub = run([subscribed, posts(50), { type: "stats", after: 60 }, { type: "history", id: "a", key, posts: [], done: false }]);
    expect(toResubscribe(sub).after).toBeNull();
  });

  it("resubscribes from the latest `after` of history and live posts once the history is complete", () => {
    expect(run([subscribed, posts(50), done(40)]).after).toBe(50);
    expect(run([subscribed, done(40), posts(45), { type: "stats", after: 47 }]).after).toBe(47);
  });

  it("does not move its `after` after `lagged`", () => {
    const lagged = run([subscribed, done(40), posts(45), { type: "lagged", id: "a", key }]);
    expect(run([{ type: "stats", after: 99 }, posts(98)], lagged).after).toBe(45);
    const back = run([subscribed, done(99)], toResubscribe(lagged));
    expect(back).toMatchObject({ phase: "live", after: 99 });
  });

  it("keeps its former `after` when the connection is lost during a history", () => {
    const sub = run([subscribed, posts(80)], toResubscribe(run([subscribed, done(40)])));
    expect(toResubscribe(sub).after).toBe(40);
  });

  it("resubscribes without `after` after an incomplete reset", () => {
    expect(toResubscribe(run([subscribed, done(40), { type: "reset", id: "a", key }, posts(70)])).after).toBeNull();
  });

  it("ignores the frames of other searches", () => {
    fc.assert(fc.property(fc.integer({ min: 0 }), (after) => {
      const sub = run([subscribed, done(5)]);
      expect(reduceSubscription(sub, "a", { type: "posts", key: "other", posts: [], after })).toBe(sub);
      expect(reduceSubscription(sub, "a", { type: "lagged", id: "b", key: "other" })).toBe(sub);
    }));
  });

  it("ignores history, reset and lag of another subscription of the same search, and shares its live posts", () => {
    const sub = run([subscribed, done(5)]);
    for (const frame of [{ ...done(9), id: "b" }, { type: "reset", id: "b", key }, { type: "lagged", id: "b", key }] as Frame[]) {
      expect(reduceSubscription(sub, "a", frame)).toBe(sub);
    }
    expect(reduceSubscription(sub, "a", posts(9)).after).toBe(9);
  });

  it("never moves its `after` back", () => {
    fc.assert(fc.property(fc.array(fc.nat()), (afters) => {
      let sub = run([subscribed, done(0)]);
      for (const after of afters) {
        const next = reduceSubscription(sub, "a", posts(after));
        expect(next.after ?? 0).toBeGreaterThanOrEqual(sub.after ?? 0);
        sub = next;
      }
    }));
  });
});
