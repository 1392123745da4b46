/**
 * Lays out the word cloud with d3-cloud: horizontal only, and a word that was there starts from where it was. Runs in a
 * worker (`cloudLayout.worker.ts`): reading the pixels of 250 words takes longer than a page may stand still.
 */
import cloud from "d3-cloud";

export interface CloudWord {
  text: string;
  weight: number;
}

export interface PlacedWord {
  text: string;
  x: number;
  y: number;
  size: number;
  /** 0 to 1, the weight for the hue. */
  heat: number;
}

const SMALLEST = 9;
const LARGEST = 56;
/** However many words there are, the first stand out, unless too many weigh nearly as much. */
const LARGEST_LEAST = 30;
/** So much of the area words can fill, as `sizesOf` reckons their boxes: more find no place. */
const FILLED = 0.68;
const STEEPEST = 8;
/** Places for a word are tried so close to each other along a spiral. */
const STEP_PX = 4;

/** Return 0 to 1: where a weight lies between the least and the most. */
function heatOf(weight: number, least: number, most: number): number {
  return most > least ? ((weight - least) / (most - least)) ** 0.8 : 0.5;
}

/**
 * Return font sizes (px) for weights so that all words find a place: where they are many the largest are smaller, then those
 * between the largest and the smallest, and where too many weigh nearly the same, the largest again.
 */
export function fontSizesOf(words: readonly CloudWord[], width: number, height: number): number[] {
  const most = Math.max(1e-9, ...words.map((word) => word.weight));
  const least = Math.min(most, ...words.map((word) => word.weight));
  const heat = words.map((word) => heatOf(word.weight, least, most));
  const lengths = words.map((word) => [...word.text].length + 1);
  const room = width * height * FILLED;
  let largest = Math.min(LARGEST, width / 7);
  let steep = 1;
  for (;;) {
    const sizes = heat.map((value) => SMALLEST + (largest - SMALLEST) * value ** steep);
    const area = sizes.reduce((sum, size, at) => sum + size * size * 0.62 * (lengths[at] ?? 1), 0);
    if (area <= room || largest < SMALLEST + 1) return sizes;
    if (largest > LARGEST_LEAST || steep > STEEPEST) largest *= 0.9;
    else steep *= 1.2;
  }
}

export interface CloudJob {
  number: number;
  words: readonly CloudWord[];
  width: number;
  height: number;
  font: string;
  /** The former layout. */
  before: readonly PlacedWord[];
}

/** Lay words out, the heaviest first, in pixels of a canvas. Calls back once. */
export function layOutCloud(job: CloudJob, canvas: () => HTMLCanvasElement, done: (placed: PlacedWord[]) => void): void {
  const { words, width, height, font } = job;
  const before = new Map(job.before.map((word) => [word.text, word]));
  const sorted = [...words].sort((a, b) => b.weight - a.weight);
  const sizes = fontSizesOf(sorted, width, height);
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
      const end = Math.hypot(...size);
      return (t) => {
        const turn = Math.sqrt(2 * STEP_PX * Math.abs(t)) * Math.sign(t);  // equal steps, near and far
        if (Math.abs(turn) > end) return undefined as unknown as [number, number];  // there is no place for it
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
