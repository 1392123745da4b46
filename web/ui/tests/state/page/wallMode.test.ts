import { describe, expect, it } from "vitest";
import type { Card } from "../../../src/posts/cardIndex";
import { readWall, searchWithWall, WallDelay } from "../../../src/state/page/wallMode";

const card = (id: string, at: number, edited: number | null = null): Card => ({ id, post: { created_at: at, edited_at: edited } }) as unknown as Card;
const ids = (cards: readonly Card[]): string[] => cards.map(({ id }) => id);

describe("the wall mode", () => {
  it.each([
    ["?q=storm", null], ["?wall", 10], ["?q=a&wall&delay=30", 30], ["?wall=1&delay=0", 0], ["?wall&delay=9999", 300], ["?wall&delay=-1", 10], ["?wall&delay=x", 10], ["?wall=0", null],
  ])("of %s has a delay of %s s", (search, delay) => {
    expect(readWall(search)).toEqual(delay === null ? null : { delayMs: delay * 1000 });
  });
  it("is put into an address and taken out of it, and leaves the searches as they are", () => {
    expect(searchWithWall("?q=caf%C3%A9+bar&q=wall&sort=likes", true)).toBe("?q=caf%C3%A9+bar&q=wall&sort=likes&wall&delay=10");
    expect(searchWithWall("?q=wall&wall&delay=30&q=b", false)).toBe("?q=wall&q=b");
    expect(searchWithWall("?wall", false)).toBe("");
  });
});

describe("the delay of a wall", () => {
  it("holds back what is new, and young history, and never shows what goes meanwhile", () => {
    const delay = new WallDelay(10_000);
    expect(ids(delay.shown([card("young", 99_000), card("old", 50_000)], 100_000, 9))).toEqual(["old"]);
    const late = card("late", 1_000);
    expect(ids(delay.shown([card("doomed", 101_000), card("young", 99_000), card("old", 50_000), late], 102_000, 9))).toEqual(["old"]);
    expect(ids(delay.shown([card("young", 99_000), card("old", 50_000), late], 109_000, 9))).toEqual(["young", "old"]);
    expect(ids(delay.shown([card("young", 99_000), card("old", 50_000), late], 112_000, 9))).toEqual(["young", "old", "late"]);
  });
  it("begins anew with an edit, and shows at most so many", () => {
    const delay = new WallDelay(10_000);
    expect(ids(delay.shown([card("a", 1), card("b", 2), card("c", 3)], 100_000, 2))).toEqual(["a", "b"]);
    expect(ids(delay.shown([card("a", 1, 100_500), card("b", 2)], 101_000, 2))).toEqual(["b"]);
    expect(ids(delay.shown([card("a", 1, 100_500), card("b", 2)], 111_000, 2))).toEqual(["a", "b"]);
  });
});
