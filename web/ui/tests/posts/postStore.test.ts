import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PostStore } from "../../src/posts/postStore";
import type { Post } from "../../src/wire/post";
import { post, repost } from "../postFixtures";

type Event = { put: Post } | { retract: [string, number] } | { remove: string };

const ids = ["a", "b", "c", "d"];
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ id: fc.constantFrom(...ids), version: fc.integer({ min: 1, max: 9 }) }).map(({ id, version }) => ({ put: post(id, { version }) })),
  fc.tuple(fc.constantFrom(...ids), fc.integer({ min: 1, max: 9 })).map((retract) => ({ retract })),
  fc.constantFrom("d").map((remove) => ({ remove })),
);

function run(events: readonly Event[], depth = 100): PostStore {
  const store = new PostStore(depth);
  for (const one of events) {
    if ("put" in one) store.put([one.put]);
    else if ("retract" in one) store.retract([one.retract]);
    else store.delete([one.remove]);
  }
  return store;
}

/** Return the versions that docs/design/delivery.md requires, computed without regard to order. */
function expected(events: readonly Event[]): Map<string, number> {
  const held = new Map<string, number>();
  for (const id of ids) {
    let put = -1;
    let retracted = -1;
    let removed = false;
    for (const one of events) {
      if ("put" in one && one.put.id === id) put = Math.max(put, one.put.version);
      if ("retract" in one && one.retract[0] === id) retracted = Math.max(retracted, one.retract[1]);
      if ("remove" in one && one.remove === id) removed = true;
    }
    if (!removed && put > retracted) held.set(id, put);
  }
  return held;
}

const held = (store: PostStore): Map<string, number> => new Map([...store.newestFirst()].map((one) => [one.id, one.version]));

describe("the post store", () => {
  it("keeps the greatest version of each id that is neither retracted nor deleted, in any order and with repeated frames", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (events, random) => {
        const want = expected(events);
        expect(held(run(events))).toEqual(want);
        const next = (): number => Number(random.next().value);
        const shuffled = [...events, ...events.filter((_, at) => at % 2)].map((one) => [next(), one] as const).sort((a, b) => a[0] - b[0]).map(([, one]) => one);
        expect(held(run(shuffled))).toEqual(want);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps posts newest first, and no more than the depth", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(1000)), { maxLength: 60 }), (rows) => {
        const store = new PostStore(10);
        for (const [id, at] of rows) store.put([post(String(id), { created_at: at, version: 1 })]);
        const times = [...store.newestFirst()].map((one) => one.created_at);
        expect(times).toEqual([...times].sort((a, b) => b - a));
        expect(times.length).toBeLessThanOrEqual(10);
      }),
    );
  });

  it("removes its posts at a reset, but keeps the tombstones", () => {
    const store = run([{ put: post("a", { version: 2 }) }, { remove: "b" }, { retract: ["c", 5] }]);
    expect(store.clear().cleared).toBe(true);
    store.put([post("a", { version: 1 }), post("b", { version: 9 }), post("c", { version: 5 })]);
    expect([...held(store).keys()]).toEqual(["a"]);
    store.put([post("c", { version: 6 })]);
    expect(held(store).get("c")).toBe(6);
  });

  it("takes a post that was written again after its deletion, and no earlier one", () => {
    const store = new PostStore(9);
    store.put([post("a", { version: 1 })]);
    store.delete(["a"], { a: 20 });
    store.put([post("a", { version: 2 }), post("a", { version: 3, rewritten: 10 })]);
    expect([store.size, store.isDeleted("a")]).toEqual([0, true]);
    store.put([post("a", { version: 30, rewritten: 20 })]);
    expect([store.get("a")?.version, store.isDeleted("a")]).toEqual([30, false]);
    store.delete(["a"], { a: 20 });
    expect(store.get("a")?.version).toBe(30);
    store.delete(["a"], { a: 40 });
    store.put([post("a", { version: 30, rewritten: 20 })]);
    expect([store.size, store.isDeleted("a")]).toEqual([0, true]);
  });

  it("removes the reposts of a deleted original", () => {
    const original = post("o");
    const store = new PostStore(10);
    store.put([original, repost("r", original)]);
    expect(store.delete(["o"]).removed.map(({ post: one }) => one.id).sort()).toEqual(["o", "r"]);
    store.put([repost("r2", original)]);
    expect(store.size).toBe(0);
  });

  it("replaces a repost of the same version when its original is newer", () => {
    const original = post("o", { version: 1 });
    const store = new PostStore(10);
    store.put([repost("r", original, { version: 5 })]);
    const change = store.put([repost("r", { ...original, version: 2, text: "edited" }, { version: 5 })]);
    expect(change.put.map((one) => one.original?.text)).toEqual(["edited"]);
  });
});
