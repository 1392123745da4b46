/**
 * Cloud transition: computes the word cloud between two layouts, with the first words at their new positions and the others still at their
 * old ones. A view calls it with a growing number, so that each frame moves some words only.
 */
import type { PlacedWord } from "./cloudLayout";

/** Return the cloud between two layouts: the first `moved` words of the new layout, and the other words in their old positions. */
export function cloudTransition(before: readonly PlacedWord[], after: readonly PlacedWord[], moved: number): readonly PlacedWord[] {
  if (moved >= after.length) return after;
  const placed = after.slice(0, moved);
  const placedTexts = new Set(placed.map((word) => word.text));
  return [...placed, ...before.filter((word) => !placedTexts.has(word.text))];
}
