/** Cuts a post's text into what is drawn: plain, tag, mention, link; each piece marked or not. Never makes markup. */
import type { Entity } from "../wire/post";
import { highlightSpans } from "./tokenizer";

export interface Segment {
  text: string;
  kind: "text" | Entity["type"];
  value: string;
  marked: boolean;
  /** In the last piece of a link all of its text, which marks may have cut; else nothing. */
  ends?: string;
}

/** Return the UTF-16 offset of each code point, with the length at the end; null where they are the same. */
function offsets(text: string): number[] | null {
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

/** A link the source did not name as one; what ends a sentence does not belong to it. */
const BARE_LINK = /https?:\/\/[^\s<>"\p{Cf}]*[^\s<>"\p{Cf}.,;:!?)\]']/gu;

interface EntitySpan {
  start: number;
  end: number;
  entity: Entity;
}

function spansOf(text: string, entities: readonly Entity[]): EntitySpan[] {
  const map = offsets(text);
  const place = (codePoint: number): number => (map ? (map[codePoint] ?? text.length) : codePoint);
  const found: EntitySpan[] = entities.map((entity) => ({ start: place(entity.start), end: Math.min(place(entity.end), text.length), entity }));
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

/** Return the pieces of a text in order; joined they are the text again. */
export function splitSegments(text: string, entities: readonly Entity[], terms: readonly string[]): Segment[] {
  const cuts = new Set([0, text.length]);
  const spans = spansOf(text, entities);
  for (const span of spans) cuts.add(span.start).add(span.end);
  const marks = highlightSpans(text, terms);
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
