/**
 * Fuzzy match: scores how well typed text matches a name. The typed characters must occur in the name in their order; a run of neighbours,
 * and a start of a word, score higher, so that initials ("ac" for "Add a column") and parts of words find a name. Case and accents do not
 * count.
 */

const NEIGHBOUR = 4;
const WORD_START = 6;
const NAME_START = 4;
/** Longest typed text that is compared. */
const TYPED_MAX = 100;

function folded(text: string): string[] {
  return [...text.normalize("NFKD").replace(/\p{M}|[\u2066-\u2069]/gu, "").toLowerCase()];
}

/** Return the score of the best match of `typed` in `name`, greater for better ones; null where it does not match. */
export function fuzzyScore(typed: string, name: string): number | null {
  const wanted = folded(typed).filter((one) => one.trim()).slice(0, TYPED_MAX);
  const letters = folded(name);
  if (!wanted.length) return 0;
  // `best[at]`: best score of the typed part so far that ends at `at`; -Infinity where it cannot.
  let best: number[] = [];
  for (const [index, one] of wanted.entries()) {
    let before = -Infinity;
    best = letters.map((letter, at) => {
      const neighbour = best[at - 1] ?? -Infinity;
      before = Math.max(before, neighbour);
      if (letter !== one) return -Infinity;
      const isStart = at === 0 || !/[\p{L}\p{N}]/u.test(letters[at - 1] ?? " ");
      const bonus = 1 + (isStart ? WORD_START : 0) + (at === 0 ? NAME_START : 0);
      return bonus + (index === 0 ? 0 : Math.max(before, neighbour + NEIGHBOUR));
    });
  }
  const score = Math.max(-Infinity, ...best);
  return score === -Infinity ? null : score - letters.length / 100;
}
