import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CardIndex } from "../../src/posts/cardIndex";
import { PostStore, type StoreChange } from "../../src/posts/postStore";
import { areNearDuplicates, comparedTextOf } from "../../src/posts/nearDuplicates";
import { normalizeText } from "../../src/posts/normalizeText";
import type { Post } from "../../src/wire/post";
import { post, repost } from "../postFixtures";

const put = (...posts: Post[]): StoreChange => ({ put: posts, newCount: posts.length, removed: [], cleared: false });
const shown = (index: CardIndex): string[] => index.latest.newestFirst().map((card) => card.id);
const LONG = "wind has turned the storm front is over the outer islands now ferries stay in port";

describe("the card index", () => {
  it("adds a repost to the card of its original, and makes no second card", () => {
    const original = post("o", { created_at: 10 });
    const index = new CardIndex();
    index.apply(put(repost("r1", original, { created_at: 20 }), original, repost("r2", original, { created_at: 30 })));
    expect(shown(index)).toEqual(["o"]);
    expect(index.cards.get("o")?.reposts.size).toBe(2);
  });

  it("sorts an old original by its earliest repost, and a fresh original by its own time", () => {
    const index = new CardIndex();
    const old = post("old", { created_at: 0, received_at: 100_000_000 });
    const fresh = post("fresh", { created_at: 50_000_000, received_at: 50_000_100 });
    index.apply(put(old, repost("r", old, { created_at: 99_000_000 }), fresh, repost("s", fresh, { created_at: 99_500_000 })));
    expect(shown(index)).toEqual(["old", "fresh"]);
  });

  it("keeps a card while a repost is loaded, and removes it with its last post", () => {
    const original = post("o");
    const index = new CardIndex();
    index.apply(put(original, repost("r", original)));
    index.apply({ put: [], newCount: 0, removed: [{ post: original, why: "trimmed" }], cleared: false });
    expect(shown(index)).toEqual(["o"]);
    index.apply({ put: [], newCount: 0, removed: [{ post: repost("r", original), why: "retracted" }], cleared: false });
    expect(shown(index)).toEqual([]);
  });

  it("marks the cards that quote a deleted post as changed, and no other card", () => {
    const index = new CardIndex();
    index.apply(put(post("q"), post("quoting", { quote_of: "q" }), post("other", { quote_of: "p" })));
    const stamps = (): (number | undefined)[] => ["q", "quoting", "other"].map((id) => index.cards.get(id)?.stamp);
    const [q, quoting, other] = stamps();
    index.touchQuotesOf(["q"]);
    expect([stamps()[0], stamps()[2]]).toEqual([q, other]);
    expect(stamps()[1]).toBeGreaterThan(quoting ?? Infinity);
  });

  it("groups near-duplicates under the earliest post, in any order of arrival", () => {
    for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
      const three = [0, 1, 2].map((at) => post(`p${at}`, { created_at: 1000 + at, text: `${LONG} https://a.example/${at} @user${at}!` }));
      const index = new CardIndex();
      for (const at of order) index.apply(put(three[at] as Post));
      expect(shown(index)).toEqual(["p0"]);
      expect(index.otherDuplicates(index.cards.get("p0") as never).map((card) => card.id)).toEqual(["p1", "p2"]);
    }
  });

  it("groups neither posts a day apart nor texts of links alone", () => {
    const index = new CardIndex();
    index.apply(put(post("a", { text: LONG, created_at: 0 }), post("b", { text: LONG, created_at: 25 * 3_600_000 })));
    index.apply(put(post("c", { text: "https://a.example/1" }), post("d", { text: "https://b.example/2" })));
    expect(shown(index).sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("groups posts of one day at most, however often a text is repeated", () => {
    const hour = 3_600_000;
    for (const hours of [[...Array(60).keys()], [...Array(60).keys()].reverse()]) {
      const index = new CardIndex();
      for (const at of hours) index.apply(put(post(`h${at}`, { text: LONG, created_at: at * hour })));
      expect(shown(index).length).toBe(3);
      for (const lead of index.latest.newestFirst())
        for (const other of index.otherDuplicates(lead)) expect(other.post.created_at - lead.post.created_at).toBeLessThanOrEqual(24 * hour);
    }
  });

  it("shows another repost when the shown repost leaves and the original is not loaded", () => {
    const index = new CardIndex();
    const first = post("r1", { repost_of: "o", text: "" });
    index.apply(put(first, post("r2", { repost_of: "o", text: "" })));
    index.apply({ put: [], newCount: 0, removed: [{ post: first, why: "deleted" }], cleared: false });
    expect(index.cards.get("o")?.post.id).toBe("r2");
  });

  it("groups texts with other tags, a cut end or an added line, but not texts with other numbers", () => {
    const told = `${LONG} until further notice`;
    const same = [`#port #wind ${told} https://a.example/1 #coast`, `RT @ann: ${told} via @bob`, `${told}. A line more`, `${LONG} until furth… https://a.example/2`];
    const other = ["Gusts of 90 reported at the outer harbour bridge tonight", "Gusts of 70 reported at the outer harbour bridge tonight"];
    for (const text of same) {
      const index = new CardIndex();
      index.apply(put(post("a", { text: told, created_at: 1 }), post("b", { text, created_at: 2 })));
      expect(shown(index), text).toEqual(["a"]);
    }
    const index = new CardIndex();
    index.apply(put(...other.map((text, at) => post(`p${at}`, { text, created_at: at }))));
    expect(shown(index)).toEqual(["p1", "p0"]);
  });

  it("shows the next card of a group when its lead leaves", () => {
    const first = post("a", { text: LONG, created_at: 1 });
    const index = new CardIndex();
    index.apply(put(first, post("b", { text: LONG, created_at: 2 }), post("c", { text: LONG, created_at: 3 })));
    index.apply({ put: [], newCount: 0, removed: [{ post: first, why: "deleted" }], cleared: false });
    expect(shown(index)).toEqual(["b"]);
    expect(index.cards.get("b")?.duplicates?.size).toBe(2);
  });

  it("finds every pair that an all-pairs comparison finds", () => {
    const word = fc.constantFrom(..."storm wind port ferry coast night power bridge".split(" "));
    const base = fc.array(word, { minLength: 3, maxLength: 30 });
    const ends = fc.tuple(fc.constantFrom("", "RT @ann: ", "#port ", "#a #b "), fc.constantFrom("", "…", " ...", " #port #wind", " 7", " via @ann"));
    const text = base.chain((words) => fc.tuple(fc.constant(words), fc.nat(words.length), word, fc.constantFrom("as it is", "longer", "cut"), ends))
      .map(([words, at, extra, change, [before, after]]) => {
        const changed = { "as it is": words, longer: [...words.slice(0, at), extra, ...words.slice(at)], cut: words.slice(0, Math.max(3, at)) }[change];
        return before + changed.join(" ") + after;
      });
    fc.assert(fc.property(fc.array(text, { minLength: 2, maxLength: 12 }), (texts) => {
      const posts = texts.map((one, at) => post(`p${at}`, { text: one, created_at: at }));
      const index = new CardIndex();
      for (const one of posts) index.apply(put(one));
      const group = posts.map((_, at) => at);
      const root = (at: number): number => (group[at] === at ? at : root(group[at] as number));
      posts.forEach((a, i) => posts.forEach((b, j) => {
        const [x, y] = [comparedTextOf(a, normalizeText(a.text)), comparedTextOf(b, normalizeText(b.text))];
        if (i < j && (x.normalized === y.normalized || areNearDuplicates(x, y))) group[root(j)] = root(i);
      }));
      const leads = new Set(posts.map((_, at) => `p${Math.min(...posts.map((_other, other) => other).filter((other) => root(other) === root(at)))}`));
      expect(new Set(shown(index))).toEqual(leads);
    }), { numRuns: 300 });
  });

  it("has cards for exactly the stored posts after any sequence of changes", () => {
    const step = fc.record({ id: fc.nat(12), version: fc.nat(5), of: fc.option(fc.nat(3)), does: fc.constantFrom("put", "retract", "delete"), text: fc.constantFrom(LONG, "short", "") });
    fc.assert(fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const store = new PostStore(8);
      const index = new CardIndex();
      for (const { id, version, of, does, text } of steps) {
        const one = of === null ? post(`p${id}`, { version, text, created_at: id + version }) : repost(`r${id}-${of}`, post(`p${of}`, { text, created_at: of }), { version, created_at: id });
        index.apply(does === "put" ? store.put([one]) : does === "retract" ? store.retract([[one.id, version]]) : store.delete([one.id]));
      }
      const want = new Set([...store.newestFirst()].map((one) => one.repost_of || one.id));
      expect(new Set(index.cards.keys())).toEqual(want);
      const leads = new Set([...index.cards.values()].map((card) => index.lead(card).id));
      expect(new Set(shown(index))).toEqual(leads);
      const times = index.latest.newestFirst().map((card) => card.sortTime);
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }), { numRuns: 400 });
  });
});
