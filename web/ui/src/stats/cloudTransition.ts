/** A word cloud on its way from one layout to the next, some words a frame. */
import type { PlacedWord } from "./cloudLayout";

/** Return the cloud when the first `moved` words of the new layout are in their places: the others are still where they were. */
export function cloudTransition(before: readonly PlacedWord[], after: readonly PlacedWord[], moved: number): readonly PlacedWord[] {
  if (moved >= after.length) return after;
  const now = after.slice(0, moved);
  const there = new Set(now.map((word) => word.text));
  return [...now, ...before.filter((word) => !there.has(word.text))];
}
