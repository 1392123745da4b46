/**
 * Post segments: cuts the text of a post into plain text, tags, mentions and links (also links that the source did not report), converts
 * code points to UTF-16 offsets, and marks the terms of the search. It makes no markup: the segments are data for the view.
 */
import type { Entity } from "../wire/post";
import { highlightSpans } from "./tokenizer";

export interface Segment {
  text: string;
  kind: "text" | Entity["type"];
  value: string;
  marked: boolean;
  /** Set in the last segment of a link: the whole text of the link, which marks may have cut into several segments. */
  ends?: string;
}

/** Return the UTF-16 offset of each code point, and the length at the end; null where both count the same. */
function utf16Offsets(text: string): number[] | null {
  if (!/[\ud800-\udfff]/u.test(text) && !/[\u{10000}-\u{10ffff}]/u.test(text)) return null;
  const found: number[] = [];
  let at = 0;
  for (const character of text) {
    found.push(at);
    at += character.length;
  }
  found.push(at);
  return found;
}

/** A link that the source did not report as an entity. Punctuation that ends a sentence does not belong to the link. */
const BARE_LINK = /https?:\/\/[^\s<>"\p{Cf}]*[^\s<>"\p{Cf}.,;:!?)\]']/gu;

interface EntitySpan {
  start: number;
  end: number;
  entity: Entity;
}

/** Return the entities and bare links of a text as spans in UTF-16 offsets, in order and without overlaps. */
function spansOf(text: string, entities: readonly Entity[]): EntitySpan[] {
  const offsets = utf16Offsets(text);
  const offsetOf = (codePoint: number): number => (offsets ? (offsets[codePoint] ?? text.length) : codePoint);
  const found: EntitySpan[] = entities.map((entity) => ({ start: offsetOf(entity.start), end: Math.min(offsetOf(entity.end), text.length), entity }));
  for (const { index, 0: url } of text.matchAll(BARE_LINK)) {
    const entity: Entity = { type: "link", start: index, end: index + url.length, value: url };
    if (!found.some((span) => span.start < index + url.length && index < span.end)) found.push({ start: index, end: index + url.length, entity });
  }
  const spans: EntitySpan[] = [];
  let end = 0;
  for (const span of found.sort((a, b) => a.start - b.start)) {
    if (span.start < end || span.end <= span.start) continue;
    spans.push(span);
    end = span.end;
  }
  return spans;
}

function markedSpans(text: string, marked: readonly string[] | readonly (readonly [number, number])[]): (readonly [number, number])[] {
  if (!marked.length) return [];
  if (typeof marked[0] === "string") return highlightSpans(text, marked as readonly string[]);
  const offsets = utf16Offsets(text);
  const offsetOf = (codePoint: number): number => Math.min(offsets ? (offsets[codePoint] ?? text.length) : codePoint, text.length);
  return (marked as readonly (readonly [number, number])[]).map(([start, end]) => [offsetOf(start), offsetOf(end)] as const);
}

/**
 * Return the segments of a text in order. Their texts joined are the text. `marked`: the terms of the search that are marked, or the spans
 * that are, in code points.
 */
export function splitSegments(text: string, entities: readonly Entity[], marked: readonly string[] | readonly (readonly [number, number])[]): Segment[] {
  const cuts = new Set([0, text.length]);
  const spans = spansOf(text, entities);
  for (const span of spans) cuts.add(span.start).add(span.end);
  const emoji = spans.filter((span) => span.entity.type === "emoji");
  const marks = markedSpans(text, marked).filter(([start, end]) => !emoji.some((span) => span.start < end && start < span.end));
  for (const [start, end] of marks) cuts.add(start).add(end);
  const at = [...cuts].sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (let index = 0; index + 1 < at.length; index++) {
    const start = at[index] as number;
    const end = at[index + 1] as number;
    const span = spans.find((one) => one.start <= start && end <= one.end);
    segments.push({
      text: text.slice(start, end),
      kind: span?.entity.type ?? "text",
      value: span?.entity.value ?? "",
      marked: marks.some((mark) => mark[0] <= start && end <= mark[1]),
      ...(span?.entity.type === "link" && span.end === end ? { ends: text.slice(span.start, span.end) } : {}),
    });
  }
  return segments;
}
