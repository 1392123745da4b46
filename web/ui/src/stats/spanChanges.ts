/**
 * Changes between two spans of time: the words whose share rose or fell by more than chance would, by the test for two proportions, and how
 * much the number of posts changed. The counts of words come from samples of each span.
 */

export interface CountedWords {
  /** Posts that the counts are over. */
  counted: number;
  /** Posts with each word. */
  counts: ReadonlyMap<string, number>;
}

export interface WordChange {
  word: string;
  now: number;
  before: number;
  /** Share of the posts counted in each span, 0 to 1: a word falls where its share falls, though its number may rise with all. */
  share: { now: number; before: number };
  /** Change of the share, in standard deviations of what chance would do. */
  score: number;
}

/** Standard deviations from which a change counts: chance alone gives one in 370 words. */
const SCORE_MIN = 3;
/** Posts with a word, in both spans together, below which nothing can be said of it. */
const POSTS_MIN = 5;

/** Posts that the counts of each span are over, below which the test says nothing: the fewer, the rougher what it calls chance. */
const COUNTED_MIN = 30;

/** Return the change of a number of posts in per cent; null from nothing. */
export function percentChange(now: number, before: number): number | null {
  return before ? Math.round((100 * (now - before)) / before) : null;
}

/** Return the risen and the fallen words, the greatest change first, at most `most` of each. */
export function changedWords(now: CountedWords, before: CountedWords, most: number): { risen: WordChange[]; fallen: WordChange[] } {
  const words = new Set([...now.counts.keys(), ...before.counts.keys()]);
  const changes: WordChange[] = [];
  for (const word of words) {
    const [a, b] = [now.counts.get(word) ?? 0, before.counts.get(word) ?? 0];
    const score = scoreOf(a, now.counted, b, before.counted);
    if (a + b >= POSTS_MIN && Math.abs(score) >= SCORE_MIN) changes.push({ word, now: a, before: b, share: { now: a / now.counted, before: b / before.counted }, score });
  }
  const bySize = changes.sort((a, b) => Math.abs(b.score) - Math.abs(a.score) || (a.word < b.word ? -1 : 1));
  return { risen: bySize.filter(({ score }) => score > 0).slice(0, most), fallen: bySize.filter(({ score }) => score < 0).slice(0, most) };
}

function scoreOf(a: number, ofA: number, b: number, ofB: number): number {
  if (Math.min(ofA, ofB) < COUNTED_MIN) return 0;
  const share = (a + b) / (ofA + ofB);
  const deviation = Math.sqrt(share * (1 - share) * (1 / ofA + 1 / ofB));
  return deviation ? (a / ofA - b / ofB) / deviation : 0;
}
