import { expect, it } from "vitest";
import { dropIndex } from "../../src/view/deck/dragColumn";

const OTHERS = [{ left: 0, width: 100 }, { left: 110, width: 100 }, { left: 220, width: 48 }];

it.each([[10, 0], [60, 1], [150, 1], [170, 2], [235, 2], [250, 3], [9_000, 3], [-50, 0]])("a column dropped at %d stands at place %d", (x, place) => {
  expect(dropIndex(x, OTHERS, false)).toBe(place);
});

it.each([[250, 0], [240, 1], [60, 2], [40, 3]])("a column dropped at %d in a page from right to left stands at place %d", (x, place) => {
  expect(dropIndex(x, [...OTHERS].reverse(), true)).toBe(place);
});
