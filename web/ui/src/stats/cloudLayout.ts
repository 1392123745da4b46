/**
 * Cloud layout: computes font sizes with which all words of the word cloud find room, and places the words with d3-cloud, all horizontal; a
 * word without a free position is left out. A word of the former layout is tried first at its former position. The layout runs in a worker
 * (`cloudLayout.worker.ts`), because it reads the pixels of 250 words and would block the page.
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
  /** Weight of the word relative to the others, 0 to 1; it selects the hue. */
  heat: number;
}

const FONT_MIN_PX = 9;
const FONT_MAX_PX = 56;
/** Size that the largest word keeps, so that it stands out, until the exponent has reached its maximum. */
const LARGEST_FONT_MIN_PX = 30;
/** Width of a character relative to the font size. */
const CHARACTER_WIDTH_EM = 0.62;
/** Share of the area that the boxes of the words may fill; beyond it some words find no position. */
const FILLED_SHARE_MAX = 0.68;
/** Greatest exponent that is applied to the heat of a word. */
const EXPONENT_MAX = 8;
/** Pixels between two positions that are tried along the spiral. */
const SPIRAL_STEP_PX = 4;

/** Return the heat of a weight: its position between the least and the greatest weight, 0 to 1. */
function heatOf(weight: number, least: number, most: number): number {
  return most > least ? ((weight - least) / (most - least)) ** 0.8 : 0.5;
}

/**
 * Return font sizes, in px, with which all words find room. For many words the largest size shrinks first, then the exponent grows and
 * shrinks the sizes in between. Where too many words weigh nearly the same, the largest size shrinks further.
 */
export function fontSizesOf(words: readonly CloudWord[], width: number, height: number): number[] {
  const most = Math.max(1e-9, ...words.map((word) => word.weight));
  const least = Math.min(most, ...words.map((word) => word.weight));
  const heat = words.map((word) => heatOf(word.weight, least, most));
  const lengths = words.map((word) => [...word.text].length + 1);
  const room = width * height * FILLED_SHARE_MAX;
  let largest = Math.min(FONT_MAX_PX, width / 7);
  let exponent = 1;
  for (;;) {
    const sizes = heat.map((value) => FONT_MIN_PX + (largest - FONT_MIN_PX) * value ** exponent);
    const area = sizes.reduce((sum, size, at) => sum + size * size * CHARACTER_WIDTH_EM * (lengths[at] ?? 1), 0);
    if (area <= room || largest < FONT_MIN_PX + 1) return sizes;
    if (largest > LARGEST_FONT_MIN_PX || exponent > EXPONENT_MAX) largest *= 0.9;
    else exponent *= 1.2;
  }
}

export interface CloudJob {
  number: number;
  words: readonly CloudWord[];
  width: number;
  height: number;
  font: string;
  /** The former layout, from which words start. */
  before: readonly PlacedWord[];
}

/** Place words, the heaviest first, and call `done` once. Words that find no position are left out. */
export function layOutCloud(job: CloudJob, canvas: () => HTMLCanvasElement, done: (placed: PlacedWord[]) => void): void {
  const { words, width, height, font } = job;
  const before = new Map(job.before.map((word) => [word.text, word]));
  const sorted = [...words].sort((a, b) => b.weight - a.weight);
  const sizes = fontSizesOf(sorted, width, height);
  const most = sorted[0]?.weight ?? 0;
  const least = sorted.at(-1)?.weight ?? 0;
  const weights = new Map(sorted.map((word) => [word.text, word.weight]));
  const data = sorted.map((word, at) => ({ text: word.text, size: Math.round(sizes[at] ?? FONT_MIN_PX) }));
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
        const turn = Math.sqrt(2 * SPIRAL_STEP_PX * Math.abs(t)) * Math.sign(t);  // steps of equal length, near the centre and far from it
        if (Math.abs(turn) > end) return undefined as unknown as [number, number];  // no position is left for the word
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
