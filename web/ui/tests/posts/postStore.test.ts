import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PostStore } from "../../src/posts/postStore";
import type { Post } from "../../src/wire/post";
import { post, repost } from "../madePosts";

type Event = { put: Post } | { lose: [string, number] } | { withdraw: string };

const ids = ["a", "b", "c", "d"];
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ id: fc.constantFrom(...ids), version: fc.integer({ min: 1, max: 9 }) }).map(({ id, version }) => ({ put: post(id, { version }) })),
  fc.tuple(fc.constantFrom(...ids), fc.integer({ min: 1, max: 9 })).map((lose) => ({ lose })),
  fc.constantFrom("d").map((withdraw) => ({ withdraw })),
);

function run(events: readonly Event[], depth = 100): PostStore {
  const holding = new PostStore(depth);
  for (const one of events) {
    if ("put" in one) holding.put([one.put]);
    else if ("lose" in one) holding.retract([one.lose]);
    else holding.delete([one.withdraw]);
  }
  return holding;
}

/** What delivery.md says must be held, worked out without any order. */
function expected(events: readonly Event[]): Map<string, number> {
  const held = new Map<string, number>();
  for (const id of ids) {
    let put = -1;
    let lost = -1;
    let withdrawn = false;
    for (const one of events) {
      if ("put" in one && one.put.id === id) put = Math.max(put, one.put.version);
      if ("lose" in one && one.lose[0] === id) lost = Math.max(lost, one.lose[1]);
      if ("withdraw" in one && one.withdraw === id) withdrawn = true;
    }
    if (!withdrawn && put > lost) held.set(id, put);
  }
  return held;
}

const held = (holding: PostStore): Map<string, number> => new Map([...holding.newestFirst()].map((one) => [one.id, one.version]));

describe("what a column holds", () => {
  it("is the greatest version of each id less what is gone, in whatever order and however often frames come", () => {
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

  it("is newest first and never more than the depth", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(1000)), { maxLength: 60 }), (rows) => {
        const holding = new PostStore(10);
        for (const [id, at] of rows) holding.put([post(String(id), { created_at: at, version: 1 })]);
        const times = [...holding.newestFirst()].map((one) => one.created_at);
        expect(times).toEqual([...times].sort((a, b) => b - a));
        expect(times.length).toBeLessThanOrEqual(10);
      }),
    );
  });

  it("forgets its posts at a reset, but not what was withdrawn or lost", () => {
    const holding = run([{ put: post("a", { version: 2 }) }, { withdraw: "b" }, { lose: ["c", 5] }]);
    expect(holding.clear().cleared).toBe(true);
    holding.put([post("a", { version: 1 }), post("b", { version: 9 }), post("c", { version: 5 })]);
    expect([...held(holding).keys()]).toEqual(["a"]);
    holding.put([post("c", { version: 6 })]);
    expect(held(holding).get("c")).toBe(6);
  });

  it("drops reposts with the original that was withdrawn", () => {
    const original = post("o");
    const holding = new PostStore(10);
    holding.put([original, repost("r", original)]);
    expect(holding.delete(["o"]).removed.map(({ post: one }) => one.id).sort()).toEqual(["o", "r"]);
    holding.put([repost("r2", original)]);
    expect(holding.size).toBe(0);
  });

  it("takes a repost of the same version again when the original in it is newer", () => {
    const original = post("o", { version: 1 });
    const holding = new PostStore(10);
    holding.put([repost("r", original, { version: 5 })]);
    const change = holding.put([repost("r", { ...original, version: 2, text: "edited" }, { version: 5 })]);
    expect(change.put.map((one) => one.original?.text)).toEqual(["edited"]);
  });
});
