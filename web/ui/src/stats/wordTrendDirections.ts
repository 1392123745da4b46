/**
 * Word trend directions: keep samples of the words' shares (each of the last minute, one of fifteen of the last hour), and compute whether
 * a word rises or falls, by linear regression of its rank over the last 20 s and of its share over a window that the caller chooses. Small
 * changes count as flat, and the direction is unknown where no post arrived. Samples of the past can be inserted.
 */

/** Direction of a trend; null where it is unknown, because no post arrived since the first sample of the window. */
export type TrendDirection = "up" | "down" | "flat" | null;

export interface WordSample {
  at: number;
  /** Share of the counted posts by word, in order of rank. */
  shares: Map<string, number>;
  /** Posts in which words were counted. */
  counted: number;
  /** Posts that match the search in all. */
  matching: number;
}

/** Milliseconds between two samples. */
export const SAMPLE_MS = 2_000;
/** Window of the rank's trend: ten samples. */
export const RANK_WINDOW_MS = 10 * SAMPLE_MS;
/** Samples of the last minute. */
const FINE_SAMPLES_MAX = 30;
/** Samples of the last hour, one of `COARSE_EVERY`. */
const COARSE_SAMPLES_MAX = 120;
const COARSE_EVERY = 15;
/** Places that a rank has to change by. */
const RANK_CHANGE_MIN = 0.5;
/** Standard deviations that a share has to change by. */
const SHARE_CHANGE_MIN_DEVIATIONS = 1.5;
/** Part of itself that a share has to change by as well. */
const SHARE_CHANGE_MIN_PART = 0.02;

/** Return the slope of the least-squares line through points; 0 for fewer than two points, or for points at one x. */
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

/** Keeps every sample of the last minute, and one of fifteen of the last hour. */
export class WordTrends {
  private fine: RankedSample[] = [];
  private coarse: RankedSample[] = [];
  private taken = 0;

  /** Add the newest sample. */
  take(sample: WordSample): void {
    const kept = withRanks(sample);
    this.fine.push(kept);
    if (this.fine.length > FINE_SAMPLES_MAX) this.fine.shift();
    if (this.taken++ % COARSE_EVERY === 0) {
      this.coarse.push(kept);
      if (this.coarse.length > COARSE_SAMPLES_MAX) this.coarse.shift();
    }
  }

  /** Add a sample of a time before the first sample, so that a trend is known without waiting for its window. */
  addPast(sample: WordSample): void {
    const kept = withRanks(sample);
    for (const list of [this.fine, this.coarse]) list.splice(list.findLastIndex((one) => one.at < sample.at) + 1, 0, kept);
  }

  /** Time of the oldest sample, ms since 1970; Infinity without samples. */
  get since(): number {
    return Math.min(this.fine[0]?.at ?? Infinity, this.coarse[0]?.at ?? Infinity);
  }

  clear(): void {
    this.fine = [];
    this.coarse = [];
    this.taken = 0;
  }

  /** Return the trend of a word's rank over the last ten samples: up when its rank number falls by more than half a place. */
  rank(word: string): TrendDirection {
    const last = this.within(this.fine, RANK_WINDOW_MS);
    if (!last) return null;
    const points = last.map((sample) => [sample.at, sample.rank.get(word) ?? sample.rank.size] as const);
    return directionOf(-slope(points) * lengthOf(last), RANK_CHANGE_MIN);
  }

  /** Return the trend of a word's share over a window: up when the share grows by more than chance explains. */
  share(word: string, windowMs: number): TrendDirection {
    const known = windowMs <= FINE_SAMPLES_MAX * SAMPLE_MS ? this.fine : [...this.coarse, ...this.fine.slice(-1)];
    const samples = this.within(known, windowMs);
    if (!samples) return null;
    const points = samples.map((sample) => [sample.at, sample.shares.get(word) ?? 0] as const);
    const mean = points.reduce((sum, [, share]) => sum + share, 0) / points.length;
    const { counted, fresh } = arrivedDuring(samples);
    // New posts replaced old posts among the counted ones. Both the new and the old ones vary by chance, hence the factor 2.
    const deviation = Math.sqrt(2 * mean * Math.min(fresh, counted)) / Math.max(1, counted);
    return directionOf(slope(points) * lengthOf(samples), Math.max(SHARE_CHANGE_MIN_DEVIATIONS * deviation, SHARE_CHANGE_MIN_PART * mean));
  }

  /** Return the samples of the last `ms`; null where no post arrived between them. */
  private within(samples: readonly RankedSample[], ms: number): RankedSample[] | null {
    const newest = samples.at(-1)?.at ?? 0;
    // The sample just before the window counts for its beginning.
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
