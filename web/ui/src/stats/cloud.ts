/**
 * Lays out the word cloud with d3-cloud: horizontal only, and a word that was there starts from where it was. Runs in a
 * worker (`cloud.worker.ts`): reading the pixels of 250 words takes longer than a page may stand still.
 */
import cloud from "d3-cloud";

export interface CloudWord {
  text: string;
  weight: number;
}

export interface Placed {
  text: string;
  x: number;
  y: number;
  size: number;
  /** 0 to 1, the weight for the hue. */
  heat: number;
}

const SMALLEST = 10;
const AREA_SHARE = 0.36;
/** However many words there are, the first stand out; the last of them find no place then. */
const LARGEST_LEAST = 30;

/** Return 0 to 1: where a weight lies between the least and the most. */
function heatOf(weight: number, least: number, most: number): number {
  return most > least ? ((weight - least) / (most - least)) ** 0.8 : 0.5;
}

/** Return font sizes for weights so that the words fill about a third of the area. */
export function sizesOf(words: readonly CloudWord[], width: number, height: number): number[] {
  const most = Math.max(1e-9, ...words.map((word) => word.weight));
  const least = Math.min(most, ...words.map((word) => word.weight));
  const heat = words.map((word) => heatOf(word.weight, least, most));
  let largest = Math.min(56, width / 7);
  for (let round = 0; round < 12; round++) {
    const sizes = heat.map((value) => SMALLEST + (largest - SMALLEST) * value);
    const area = sizes.reduce((sum, size, at) => sum + size * size * 0.62 * ([...(words[at]?.text ?? "")].length + 1), 0);
    if (area <= width * height * AREA_SHARE * 2 || largest <= Math.min(LARGEST_LEAST, width / 7)) return sizes;
    largest *= 0.9;
  }
  return heat.map((value) => SMALLEST + (largest - SMALLEST) * value);
}

export interface CloudJob {
  number: number;
  words: readonly CloudWord[];
  width: number;
  height: number;
  font: string;
  /** The former layout. */
  before: readonly Placed[];
}

/** Lay words out, the heaviest first, in pixels of a canvas. Calls back once. */
export function layOut(job: CloudJob, canvas: () => HTMLCanvasElement, done: (placed: Placed[]) => void): void {
  const { words, width, height, font } = job;
  const before = new Map(job.before.map((word) => [word.text, word]));
  const sorted = [...words].sort((a, b) => b.weight - a.weight);
  const sizes = sizesOf(sorted, width, height);
  const most = sorted[0]?.weight ?? 0;
  const least = sorted.at(-1)?.weight ?? 0;
  const weights = new Map(sorted.map((word) => [word.text, word.weight]));
  const data = sorted.map((word, at) => ({ text: word.text, size: Math.round(sizes[at] ?? SMALLEST) }));
  let next = 0;
  const layout = cloud<{ text: string; size: number; x?: number; y?: number }>()
    .size([Math.max(1, Math.floor(width)), Math.max(1, Math.floor(height))])
    .words(data)
    .canvas(canvas)
    .font(font)
    .fontWeight(600)
    .fontSize((word) => word.size)
    .padding(2)
    .rotate(0)
    .random(() => 0.5)
    .spiral((size) => {
      const old = before.get(data[next++]?.text ?? "");
      const ratio = size[0] / size[1];
      const fromX = old?.x ?? 0;
      const fromY = old?.y ?? 0;
      return (t) => {
        const turn = t * 0.1;
        return [fromX + ratio * turn * Math.cos(turn), fromY + turn * Math.sin(turn)];
      };
    })
    .on("end", (placed) => {
      done(
        placed.map((word) => ({
          text: word.text,
          size: word.size,
          x: word.x ?? 0,
          y: word.y ?? 0,
          heat: heatOf(weights.get(word.text) ?? least, least, most),
        })),
      );
    });
  layout.start();
}
