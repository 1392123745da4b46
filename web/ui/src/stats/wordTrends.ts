/** Which way a word goes: linear regression of its rank over the last samples and of its share over a longer window. */

/** null: not known, because nothing came since the first sample of the time asked for. */
export type TrendDirection = "up" | "down" | "flat" | null;

export interface WordSample {
  at: number;
  /** Word → share of the posts looked at, in order of rank. */
  shares: Map<string, number>;
  /** How many posts were looked at, and how many match in all. */
  counted: number;
  matching: number;
}

export const SAMPLE_MS = 2_000;
/** The last ten samples. */
export const RANK_WINDOW_MS = 10 * SAMPLE_MS;
const FINE = 30;
const COARSE = 120;
const COARSE_EACH = 15;
const LEAST_PLACES = 0.5;
/** A share has changed when it did by more than chance does: so many standard deviations, and so much of itself. */
const DEVIATIONS = 1.5;
const LEAST_OF_ITSELF = 0.02;

/** Return the slope of the least-squares line through points; 0 for fewer than two, or all at one x. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const n = points.length;
  if (n < 2) return 0;
  let sumX = 0;
  let sumY = 0;
  for (const [x, y] of points) {
    sumX += x;
    sumY += y;
  }
  let over = 0;
  let under = 0;
  for (const [x, y] of points) {
    over += (x - sumX / n) * (y - sumY / n);
    under += (x - sumX / n) ** 2;
  }
  return under ? over / under : 0;
}

interface RankedSample extends WordSample {
  rank: Map<string, number>;
}

function directionOf(value: number, least: number): TrendDirection {
  return value > least ? "up" : value < -least ? "down" : "flat";
}

function withRanks(sample: WordSample): RankedSample {
  return { ...sample, rank: new Map([...sample.shares.keys()].map((word, at) => [word, at])) };
}

/** Keeps samples: the last minute whole, an hour at one in fifteen. */
export class WordTrends {
  private fine: RankedSample[] = [];
  private coarse: RankedSample[] = [];
  private taken = 0;

  take(sample: WordSample): void {
    const kept = withRanks(sample);
    this.fine.push(kept);
    if (this.fine.length > FINE) this.fine.shift();
    if (this.taken++ % COARSE_EACH === 0) {
      this.coarse.push(kept);
      if (this.coarse.length > COARSE) this.coarse.shift();
    }
  }

  /** Know what a sample would have been before the first was taken, so that a page need not be open to see a trend. */
  addPast(sample: WordSample): void {
    const kept = withRanks(sample);
    for (const list of [this.fine, this.coarse]) list.splice(list.findLastIndex((one) => one.at < sample.at) + 1, 0, kept);
  }

  /** Return when the oldest known sample was, or would have been, taken; Infinity for none. */
  get since(): number {
    return Math.min(this.fine[0]?.at ?? Infinity, this.coarse[0]?.at ?? Infinity);
  }

  clear(): void {
    this.fine = [];
    this.coarse = [];
    this.taken = 0;
  }

  /** Up when the rank number falls: by half a place or more over the last ten samples. */
  rank(word: string): TrendDirection {
    const last = this.within(this.fine, RANK_WINDOW_MS);
    if (!last) return null;
    const points = last.map((sample) => [sample.at, sample.rank.get(word) ?? sample.rank.size] as const);
    return directionOf(-slope(points) * lengthOf(last), LEAST_PLACES);
  }

  /** Up when the share grows over the window, by more than chance would have it. */
  share(word: string, windowMs: number): TrendDirection {
    const known = windowMs <= FINE * SAMPLE_MS ? this.fine : [...this.coarse, ...this.fine.slice(-1)];
    const samples = this.within(known, windowMs);
    if (!samples) return null;
    const points = samples.map((sample) => [sample.at, sample.shares.get(word) ?? 0] as const);
    const mean = points.reduce((sum, [, share]) => sum + share, 0) / points.length;
    const { counted, fresh } = arrivedDuring(samples);
    // Of the posts that came, some took the place of others among those looked at: both are chance.
    const deviation = Math.sqrt(2 * mean * Math.min(fresh, counted)) / Math.max(1, counted);
    return directionOf(slope(points) * lengthOf(samples), Math.max(DEVIATIONS * deviation, LEAST_OF_ITSELF * mean));
  }

  /** Return the samples of the last `ms`, or null where nothing came between them. */
  private within(samples: readonly RankedSample[], ms: number): RankedSample[] | null {
    const newest = samples.at(-1)?.at ?? 0;
    // A sample taken a moment before the time begins still tells of its beginning.
    const found = samples.filter((sample) => sample.at >= newest - ms - SAMPLE_MS);
    return found.length > 1 && arrivedDuring(found).fresh > 0 ? found : null;
  }
}

function lengthOf(samples: readonly RankedSample[]): number {
  return (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
}

function arrivedDuring(samples: readonly RankedSample[]): { counted: number; fresh: number } {
  const last = samples.at(-1);
  return { counted: last?.counted ?? 0, fresh: (last?.matching ?? 0) - (samples[0]?.matching ?? 0) };
}
