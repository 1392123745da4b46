/**
 * Paragraphs of a post: cuts its segments at line breaks and finds the direction of each paragraph, by its first strong letter outside
 * mentions, tags, links and emoji. A paragraph without one takes the direction of the paragraph before it, or else of the first that has one.
 */
import type { Segment } from "./postSegments";

export type Direction = "ltr" | "rtl";

export interface Paragraph {
  direction: Direction;
  segments: Segment[];
}

/** Letters of scripts that run from right to left, and the marks that stand for such a letter. */
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Mende_Kikakui}\u200f\u061c]/u;
/** A character with a direction of its own: a letter, or a mark that stands for one. */
const STRONG = /[\p{L}\u200e\u200f\u061c]/u;
/** A mention, tag, cashtag or address that the source did not report. */
const UNREPORTED = /(?<![\p{L}\p{N}_])(?:[@#$＠＃][\p{L}\p{N}\p{M}_][\p{L}\p{N}\p{M}_.@-]*|https?:\/\/\S+|www\.\S+)/gu;

/** Return the direction of a text by its first strong letter; null where it has none. */
export function directionOf(text: string): Direction | null {
  const strong = STRONG.exec(text);
  return strong ? (RIGHT_TO_LEFT.test(strong[0]) ? "rtl" : "ltr") : null;
}

/** Return the paragraphs of a text, null where none has a strong letter. Each but the last ends with its line break. */
export function splitParagraphs(segments: readonly Segment[]): Paragraph[] | null {
  const lines: Segment[][] = [[]];
  for (const segment of segments) {
    const parts = segment.text.split("\n");
    parts.forEach((part, at) => {
      const isLast = at === parts.length - 1;
      const text = isLast ? part : `${part}\n`;
      if (text) (lines[lines.length - 1] as Segment[]).push(parts.length === 1 ? segment : { ...segment, text });
      if (!isLast) lines.push([]);
    });
  }
  const kept = lines.filter((line) => line.length);
  const directions = kept.map((line) => directionOf(line.map((one) => (one.kind === "text" ? one.text : " ")).join("").replace(UNREPORTED, " ")));
  const first = directions.find((one) => one !== null) ?? directionOf(segments.map((one) => one.text).join(""));
  if (!first) return null;
  let direction = first;
  return kept.map((line, at) => ({ direction: (direction = directions[at] ?? direction), segments: line }));
}
