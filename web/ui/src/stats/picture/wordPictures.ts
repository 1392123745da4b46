/**
 * Pictures of words: the cloud as the page shows it, and the most frequent words as bars with their counts. A word of a script that reads
 * from right to left stands as such.
 */
import type { PlacedWord } from "../cloudLayout";
import { framed, shortened, type Measure, type Picture, type PictureColours, type PictureFacts, type Shape } from "./picture";

const WIDTH_PX = 960;
/** Factor by which the cloud is larger than on the page. */
const CLOUD_SCALE_MAX = 3;
const ROW_PX = 26;
const WORD_PX = 15;
const WORD_WIDTH_PX = 260;
const COUNT_WIDTH_PX = 80;

/** Return the picture of a cloud. `size`: the box in which the words were placed, around its middle. */
export function cloudPicture(words: readonly PlacedWord[], size: { width: number; height: number }, facts: PictureFacts, colours: PictureColours, measure: Measure): Picture {
  const scale = Math.min(CLOUD_SCALE_MAX, (WIDTH_PX - 48) / Math.max(1, size.width));
  return framed(WIDTH_PX, Math.max(120, size.height * scale), facts, colours, measure, (box) => words.map((word): Shape => ({
    kind: "text", x: box.x + box.width / 2 + word.x * scale, y: box.y + box.height / 2 + word.y * scale, text: word.text, size: word.size * scale, bold: true,
    fill: colours.heat[Math.min(colours.heat.length - 1, Math.floor(word.heat * colours.heat.length))] ?? colours.text, anchor: "middle", rtl: false,
  })));
}

/** Return the picture of the most frequent words as bars. */
export function barsPicture(items: readonly { text: string; count: number; shown: string; rtl: boolean }[], facts: PictureFacts, colours: PictureColours, measure: Measure): Picture {
  const most = Math.max(1, ...items.map((item) => item.count));
  return framed(WIDTH_PX, Math.max(ROW_PX, items.length * ROW_PX), facts, colours, measure, (box) => items.flatMap((item, at): Shape[] => {
    const y = box.y + at * ROW_PX;
    const left = box.x + WORD_WIDTH_PX;
    const text = shortened(item.text, (part) => measure(part, WORD_PX, false) <= WORD_WIDTH_PX - 16);
    return [
      { kind: "text", x: item.rtl ? left - 16 : box.x, y: y + 18, text, size: WORD_PX, bold: false, fill: colours.text, anchor: "start", rtl: item.rtl },
      { kind: "rect", x: left, y: y + 5, width: Math.max(1, ((box.width - WORD_WIDTH_PX - COUNT_WIDTH_PX) * item.count) / most), height: ROW_PX - 10, fill: colours.bar },
      { kind: "text", x: box.x + box.width, y: y + 18, text: item.shown, size: WORD_PX, bold: false, fill: colours.muted, anchor: "end", rtl: false },
    ];
  }));
}
