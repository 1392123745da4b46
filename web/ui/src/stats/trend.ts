/** Which way a word goes: linear regression of its rank over the last samples and of its share over a longer window. */

export type Way = "up" | "down" | "flat";

export interface Sample {
  at: number;
  /** Word → share of the posts looked at, in order of rank. */
  shares: Map<string, number>;
}

export const SAMPLE_MS = 2_000;
const LAST = 10;
const FINE = 30;
const COARSE = 120;
const COARSE_EACH = 15;

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

function way(value: number, least: number): Way {
  return value > least ? "up" : value < -least ? "down" : "flat";
}

/** Keeps samples: the last minute whole, an hour at one in fifteen. */
export class Trends {
  private fine: { at: number; rank: Map<string, number>; share: Map<string, number> }[] = [];
  private coarse: { at: number; share: Map<string, number> }[] = [];
  private taken = 0;

  take(sample: Sample): void {
    const rank = new Map([...sample.shares.keys()].map((word, at) => [word, at]));
    this.fine.push({ at: sample.at, rank, share: sample.shares });
    if (this.fine.length > FINE) this.fine.shift();
    if (this.taken++ % COARSE_EACH === 0) {
      this.coarse.push({ at: sample.at, share: sample.shares });
      if (this.coarse.length > COARSE) this.coarse.shift();
    }
  }

  clear(): void {
    this.fine = [];
    this.coarse = [];
    this.taken = 0;
  }

  /** Up when the rank number falls: by at least one place over the last samples. */
  rank(word: string): Way {
    const last = this.fine.slice(-LAST);
    const points: [number, number][] = [];
    last.forEach((sample, at) => points.push([at, sample.rank.get(word) ?? sample.rank.size]));
    return way(-slope(points) * Math.max(1, last.length - 1), 0.999);
  }

  /** Up when the share grows by a tenth of its mean or more over the window. */
  share(word: string, windowMs: number): Way {
    const newest = this.fine.at(-1)?.at ?? 0;
    const source = windowMs <= FINE * SAMPLE_MS ? this.fine : [...this.coarse, ...this.fine.slice(-1)];
    const points: [number, number][] = [];
    for (const sample of source) if (sample.at >= newest - windowMs) points.push([sample.at, sample.share.get(word) ?? 0]);
    if (points.length < 2) return "flat";
    const mean = points.reduce((sum, [, share]) => sum + share, 0) / points.length;
    const length = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
    return mean ? way((slope(points) * length) / mean, 0.1) : "flat";
  }
}
