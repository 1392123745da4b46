import { describe, expect, it } from "vitest";
import { pictureUrl, pictureFailed } from "../../src/view/card/pictureUrl";
import type { PageFacts } from "../../src/wire/api";
import { post } from "../postFixtures";

const facts = { images: "proxy" } as PageFacts;

describe("a picture that failed to load", () => {
  it("is requested again after a wait that doubles each time, an avatar by another post of its author", () => {
    const one = post("a");
    const [first, other] = [one, { ...post("b"), author: { ...one.author, avatar: "https://h/face" } }];
    first.author = { ...first.author, avatar: "https://h/face" };
    expect(pictureUrl(facts, first, "avatar", 0)).toBe("/img/a/avatar");
    expect(pictureUrl(facts, other, "avatar", 0)).toBe("/img/a/avatar");
    pictureFailed(first, "avatar", 0);
    pictureFailed(other, "avatar", 1);
    expect(pictureUrl(facts, other, "avatar", 29_999)).toBeNull();
    expect(pictureUrl(facts, other, "avatar", 30_000)).toBe("/img/b/avatar");
    pictureFailed(other, "avatar", 30_000);
    expect(pictureUrl(facts, other, "avatar", 89_999)).toBeNull();
    expect(pictureUrl(facts, other, "avatar", 90_000)).toBe("/img/b/avatar");
    expect(pictureUrl(facts, first, 0, 0)).toBe("/img/a/0");
  });
});
