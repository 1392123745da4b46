import { describe, expect, it } from "vitest";
import { placeConversation } from "../../src/posts/conversationTree";
import { changedFields } from "../../src/posts/versionChanges";
import { post } from "../postFixtures";

const answer = (id: string, to: string, at: number) => post(id, { created_at: at, reply_to: { id: to, author: "", handle: "" } });
const read = (...posts: ReturnType<typeof post>[]): string[] => placeConversation(posts).map(({ post: one, depth }) => `${"·".repeat(depth)}${one.id}`);

describe("a conversation", () => {
  it("is read with each answer under its post, by time", () => {
    expect(read(answer("d", "a", 4), answer("c", "b", 3), answer("b", "a", 2), post("a", { created_at: 1 }))).toEqual(["a", "·b", "··c", "·d"]);
  });

  it("begins where the answered post is not stored", () => {
    expect(read(answer("c", "missing", 3), answer("b", "missing", 2), answer("d", "c", 4))).toEqual(["b", "c", "·d"]);
  });

  it("has a quote under the quoted post, and each post of a circle once", () => {
    expect(read(post("a", { created_at: 1 }), post("q", { created_at: 2, quote_of: "a" }))).toEqual(["a", "·q"]);
    expect(read(answer("a", "b", 1), answer("b", "a", 2)).sort()).toEqual(["a", "·b"].sort());
  });
});

describe("two versions of a post", () => {
  it("differ in the parts that changed, and in no part that one of them does not have", () => {
    const before = post("a");
    expect(changedFields(before, { ...before, text: "else", poll: null })).toEqual([]);
    expect(changedFields(before, { ...before, sensitive: true, counts: { ...before.counts, likes: 3 } })).toEqual(["counts", "sensitive"]);
  });
});
