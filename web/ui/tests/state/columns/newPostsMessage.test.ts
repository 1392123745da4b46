import { expect, it } from "vitest";
import type { Column } from "../../../src/state/column";
import { newPostsMessage } from "../../../src/state/columns/newPostsMessage";

const column = (query: string, total: number, announced = 0): Column =>
  ({ spec: { query, title: "" }, run: { isLoaded: true, arrivals: { total }, announced, counts: { timeline: { total: 900 } } } }) as unknown as Column;
const plain = (text: string): string => text.replace(/[\u2066-\u2069]/gu, "");

it("a message of new posts names the columns with most of them, and counts the others", () => {
  expect(plain(newPostsMessage([column("storm", 5, 3)], true))).toBe("2 new posts, 900 matches in all");
  expect(plain(newPostsMessage([column("storm", 5, 4), column("ferry", 7), column("quiet", 2, 2)], false))).toBe("7 new posts in ferry, 1 new post in storm");
  const five = ["a", "b", "c", "d", "e"].map((query, at) => column(query, at + 1));
  expect(plain(newPostsMessage(five, false))).toBe("5 new posts in e, 4 new posts in d, 3 new posts in c, and in 2 other columns");
});
