import { describe, expect, it } from "vitest";
import { CardIndex } from "../../src/posts/cardIndex";
import type { StoreChange } from "../../src/posts/postStore";
import { rank, reachOf } from "../../src/posts/ranking";
import type { Post } from "../../src/wire/post";
import { post, repost } from "../postFixtures";

const put = (...posts: Post[]): StoreChange => ({ put: posts, newCount: posts.length, removed: [], cleared: false });

describe("the ranking", () => {
  const original = post("o", { author: { ...post("o").author, id: "me", followers: 100 } });
  const fan = { ...post("x").author, id: "fan", followers: 50 };

  it("counts the followers of author and reposters, each account once", () => {
    const index = new CardIndex();
    index.apply(put(original, repost("r1", original, { author: fan }), repost("r2", original, { author: fan }), repost("r3", original, { author: original.author })));
    expect(reachOf(index.cards.get("o") as never)).toBe(150);
  });

  it("lists each original once, and `inview` only cards with a loaded repost", () => {
    const index = new CardIndex();
    const other = post("p", { counts: { replies: 1, reposts: 90, quotes: null, likes: 3 } });
    index.apply(put(original, other, repost("r1", original)));
    expect(rank(index.cards.values(), "inview").map((card) => card.id)).toEqual(["o"]);
    expect(rank(index.cards.values(), "reposts").map((card) => card.id)).toEqual(["p", "o"]);
    expect(rank(index.cards.values(), "followers").map((card) => card.id)).toEqual(["o", "p"]);
  });
});
