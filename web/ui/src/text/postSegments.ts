/** Cuts a post's text into what is drawn: plain, tag, mention, link; each piece marked or not. Never makes markup. */
import type { Entity } from "../wire/post";
import { marksOf } from "./tokenizer";

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

interface Span {
  start: number;
  end: number;
  entity: Entity;
}

function spansOf(text: string, entities: readonly Entity[]): Span[] {
  const map = offsets(text);
  const place = (codePoint: number): number => (map ? (map[codePoint] ?? text.length) : codePoint);
  const found: Span[] = entities.map((entity) => ({ start: place(entity.start), end: Math.min(place(entity.end), text.length), entity }));
  for (const { index, 0: url } of text.matchAll(BARE_LINK)) {
    const entity: Entity = { type: "link", start: index, end: index + url.length, value: url };
    if (!found.some((span) => span.start < index + url.length && index < span.end)) found.push({ start: index, end: index + url.length, entity });
  }
  const spans: Span[] = [];
  let end = 0;
  for (const span of found.sort((a, b) => a.start - b.start)) {
    if (span.start < end || span.end <= span.start) continue;
    spans.push(span);
    end = span.end;
  }
  return spans;
}

/** Return the pieces of a text in order; joined they are the text again. */
export function segmentsOf(text: string, entities: readonly Entity[], terms: readonly string[]): Segment[] {
  const cuts = new Set([0, text.length]);
  const spans = spansOf(text, entities);
  for (const span of spans) cuts.add(span.start).add(span.end);
  const marks = marksOf(text, terms);
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

const KNOWN_MAX = 2_000;
const known = new Map<string, string | null>();

function parsed(url: string): string | null {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** Return a link only where it is http(s); anything else is no link for us. Remembered, for a card asks at every draw. */
export function safeUrl(url: string): string | null {
  const before = known.get(url);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const found = parsed(url);
  known.set(url, found);
  return found;
}

/** Return the host of a link without "www.", or "". */
export function hostOf(url: string): string {
  try {
    return new URL(url).hostname.replace(/^www\./u, "");
  } catch {
    return "";
  }
}

/** Return the letter shown where there is no picture. */
export function initialOf(name: string, handle: string): string {
  const letter = /[\p{L}\p{N}]/u.exec(name) ?? /[\p{L}\p{N}]/u.exec(handle);
  return letter ? letter[0].toUpperCase() : "·";
}

/** A text that reads as an address: a host with a dot and a letter behind it, with or without what stands around it. */
const ADDRESS = /^(?:https?:\/\/)?(?:[^\s/?#@]*@)?((?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+)(?=[/:?#…]|$)/iu;

/** Return the host of a link where its text names another one, else "". The text of a link is whatever its author wrote. */
export function otherHost(text: string, url: string): string {
  const named = ADDRESS.exec(text.trim())?.[1];
  if (named === undefined) return "";
  const host = hostOf(url);
  return hostOf(`http://${named}`) === host ? "" : host;
}
