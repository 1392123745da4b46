import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CardIndex } from "../../src/posts/cardIndex";
import { PostStore, type StoreChange } from "../../src/posts/postStore";
import { areNearDuplicates, comparedTextOf } from "../../src/posts/nearDuplicates";
import { normalizeText } from "../../src/posts/normalizeText";
import { rank, reachOf } from "../../src/posts/ranking";
import type { Post } from "../../src/wire/post";
import { post, repost } from "../madePosts";

const put = (...posts: Post[]): StoreChange => ({ put: posts, newCount: posts.length, removed: [], cleared: false });
const shown = (folding: CardIndex): string[] => folding.latest.newestFirst().map((card) => card.id);
const LONG = "wind has turned the storm front is over the outer islands now ferries stay in port";

describe("folding", () => {
  it("makes a repost a line on its original, never a second card", () => {
    const original = post("o", { created_at: 10 });
    const folding = new CardIndex();
    folding.apply(put(repost("r1", original, { created_at: 20 }), original, repost("r2", original, { created_at: 30 })));
    expect(shown(folding)).toEqual(["o"]);
    expect(folding.cards.get("o")?.reposts.size).toBe(2);
  });

  it("shows an old original where it came up again, a fresh one where it was written", () => {
    const folding = new CardIndex();
    const old = post("old", { created_at: 0, received_at: 100_000_000 });
    const fresh = post("fresh", { created_at: 50_000_000, received_at: 50_000_100 });
    folding.apply(put(old, repost("r", old, { created_at: 99_000_000 }), fresh, repost("s", fresh, { created_at: 99_500_000 })));
    expect(shown(folding)).toEqual(["old", "fresh"]);
  });

  it("keeps a card while any repost of it is held, and drops it with the last", () => {
    const original = post("o");
    const folding = new CardIndex();
    folding.apply(put(original, repost("r", original)));
    folding.apply({ put: [], newCount: 0, removed: [{ post: original, why: "trimmed" }], cleared: false });
    expect(shown(folding)).toEqual(["o"]);
    folding.apply({ put: [], newCount: 0, removed: [{ post: repost("r", original), why: "retracted" }], cleared: false });
    expect(shown(folding)).toEqual([]);
  });

  it("has a card drawn again when what it quotes is withdrawn, and no other", () => {
    const folding = new CardIndex();
    folding.apply(put(post("q"), post("quoting", { quote_of: "q" }), post("other", { quote_of: "p" })));
    const stamps = (): (number | undefined)[] => ["q", "quoting", "other"].map((id) => folding.cards.get(id)?.stamp);
    const [q, quoting, other] = stamps();
    folding.touchQuotesOf(["q"]);
    expect([stamps()[0], stamps()[2]]).toEqual([q, other]);
    expect(stamps()[1]).toBeGreaterThan(quoting ?? Infinity);
  });

  it("lays near-duplicates under the earliest, whichever came first", () => {
    for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
      const three = [0, 1, 2].map((at) => post(`p${at}`, { created_at: 1000 + at, text: `${LONG} https://a.example/${at} @user${at}!` }));
      const folding = new CardIndex();
      for (const at of order) folding.apply(put(three[at] as Post));
      expect(shown(folding)).toEqual(["p0"]);
      expect(folding.otherDuplicates(folding.cards.get("p0") as never).map((card) => card.id)).toEqual(["p1", "p2"]);
    }
  });

  it("does not fold what is a day apart, nor texts that are nothing but links", () => {
    const folding = new CardIndex();
    folding.apply(put(post("a", { text: LONG, created_at: 0 }), post("b", { text: LONG, created_at: 25 * 3_600_000 })));
    folding.apply(put(post("c", { text: "https://a.example/1" }), post("d", { text: "https://b.example/2" })));
    expect(shown(folding).sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("folds over a day at most, however often a text is said again", () => {
    const hour = 3_600_000;
    for (const hours of [[...Array(60).keys()], [...Array(60).keys()].reverse()]) {
      const folding = new CardIndex();
      for (const at of hours) folding.apply(put(post(`h${at}`, { text: LONG, created_at: at * hour })));
      expect(shown(folding).length).toBe(3);
      for (const lead of folding.latest.newestFirst())
        for (const other of folding.otherDuplicates(lead)) expect(other.post.created_at - lead.post.created_at).toBeLessThanOrEqual(24 * hour);
    }
  });

  it("reads a repost whose original is not stored from another of its reposts when the first leaves", () => {
    const folding = new CardIndex();
    const first = post("r1", { repost_of: "o", text: "" });
    folding.apply(put(first, post("r2", { repost_of: "o", text: "" })));
    folding.apply({ put: [], newCount: 0, removed: [{ post: first, why: "deleted" }], cleared: false });
    expect(folding.cards.get("o")?.post.id).toBe("r2");
  });

  it("folds one story told with other tags, cut short, or with a line more; not one with other numbers", () => {
    const told = `${LONG} until further notice`;
    const same = [`#port #wind ${told} https://a.example/1 #coast`, `RT @ann: ${told} via @bob`, `${told}. A line more`, `${LONG} until furth… https://a.example/2`];
    const other = ["Gusts of 90 reported at the outer harbour bridge tonight", "Gusts of 70 reported at the outer harbour bridge tonight"];
    for (const text of same) {
      const folding = new CardIndex();
      folding.apply(put(post("a", { text: told, created_at: 1 }), post("b", { text, created_at: 2 })));
      expect(shown(folding), text).toEqual(["a"]);
    }
    const folding = new CardIndex();
    folding.apply(put(...other.map((text, at) => post(`p${at}`, { text, created_at: at }))));
    expect(shown(folding)).toEqual(["p1", "p0"]);
  });

  it("shows what lay under a post that leaves", () => {
    const first = post("a", { text: LONG, created_at: 1 });
    const folding = new CardIndex();
    folding.apply(put(first, post("b", { text: LONG, created_at: 2 }), post("c", { text: LONG, created_at: 3 })));
    folding.apply({ put: [], newCount: 0, removed: [{ post: first, why: "deleted" }], cleared: false });
    expect(shown(folding)).toEqual(["b"]);
    expect(folding.cards.get("b")?.duplicates?.size).toBe(2);
  });

  it("finds every pair that comparing all with all finds", () => {
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
      const folding = new CardIndex();
      for (const one of posts) folding.apply(put(one));
      const group = posts.map((_, at) => at);
      const root = (at: number): number => (group[at] === at ? at : root(group[at] as number));
      posts.forEach((a, i) => posts.forEach((b, j) => {
        const [x, y] = [comparedTextOf(a, normalizeText(a.text)), comparedTextOf(b, normalizeText(b.text))];
        if (i < j && (x.plain === y.plain || areNearDuplicates(x, y))) group[root(j)] = root(i);
      }));
      const leads = new Set(posts.map((_, at) => `p${Math.min(...posts.map((_other, other) => other).filter((other) => root(other) === root(at)))}`));
      expect(new Set(shown(folding))).toEqual(leads);
    }), { numRuns: 300 });
  });

  it("holds the cards of exactly the posts held, through anything that happens", () => {
    const step = fc.record({ id: fc.nat(12), version: fc.nat(5), of: fc.option(fc.nat(3)), does: fc.constantFrom("put", "lose", "withdraw"), text: fc.constantFrom(LONG, "short", "") });
    fc.assert(fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const holding = new PostStore(8);
      const folding = new CardIndex();
      for (const { id, version, of, does, text } of steps) {
        const one = of === null ? post(`p${id}`, { version, text, created_at: id + version }) : repost(`r${id}-${of}`, post(`p${of}`, { text, created_at: of }), { version, created_at: id });
        folding.apply(does === "put" ? holding.put([one]) : does === "lose" ? holding.retract([[one.id, version]]) : holding.delete([one.id]));
      }
      const want = new Set([...holding.newestFirst()].map((one) => one.repost_of || one.id));
      expect(new Set(folding.cards.keys())).toEqual(want);
      const leads = new Set([...folding.cards.values()].map((card) => folding.lead(card).id));
      expect(new Set(shown(folding))).toEqual(leads);
      const places = folding.latest.newestFirst().map((card) => card.sortTime);
      expect(places).toEqual([...places].sort((a, b) => b - a));
    }), { numRuns: 400 });
  });
});

describe("rankings", () => {
  const original = post("o", { author: { ...post("o").author, id: "me", followers: 100 } });
  const fan = { ...post("x").author, id: "fan", followers: 50 };

  it("count the reach of author and reposters, each account once", () => {
    const folding = new CardIndex();
    folding.apply(put(original, repost("r1", original, { author: fan }), repost("r2", original, { author: fan }), repost("r3", original, { author: original.author })));
    expect(reachOf(folding.cards.get("o") as never)).toBe(150);
  });

  it("rank originals once each; in view only what was reposted", () => {
    const folding = new CardIndex();
    const other = post("p", { counts: { replies: 1, reposts: 90, quotes: null, likes: 3 } });
    folding.apply(put(original, other, repost("r1", original)));
    expect(rank(folding.cards.values(), "inview").map((card) => card.id)).toEqual(["o"]);
    expect(rank(folding.cards.values(), "reposts").map((card) => card.id)).toEqual(["p", "o"]);
    expect(rank(folding.cards.values(), "followers").map((card) => card.id)).toEqual(["o", "p"]);
  });
});
