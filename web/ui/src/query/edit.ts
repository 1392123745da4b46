/** Changes a search by a click: adds a term once, or excludes it. Text in, text out. */
import { piecesOf } from "./lexer";

export type TermKind = "word" | "hashtag" | "cashtag" | "author" | "mention" | "domain" | "link" | "lang";

const PLAIN = /^[\p{L}\p{M}\p{N}]+$/u;

function quoted(value: string): string {
  return `"${value.replace(/["\\]/gu, "\\$&")}"`;
}

/** Return how a value is written in a search. */
export function termOf(kind: TermKind, value: string): string {
  const plain = (sign: string): string => sign + value.replace(/^[#@$]/u, "");
  switch (kind) {
    case "word":
      return PLAIN.test(value) && !/^(?:AND|OR|NOT)$/u.test(value) ? value : quoted(value);
    case "hashtag":
      return plain("#");
    case "cashtag":
      return plain("$");
    case "mention":
      return plain("@");
    case "author":
      return `from:${value.replace(/^@/u, "")}`;
    case "domain":
      return `url:${value}`;
    case "link":
      return /[\s()"]/u.test(value) ? `url:${quoted(value)}` : value;
    case "lang":
      return `lang:${value}`;
  }
}

/** Return the parts of a search that stand at the top and are joined by AND, each with its sign. */
export function topParts(query: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const piece of piecesOf(query)) {
    if (piece.kind === "paren") depth += piece.text === "(" ? 1 : -1;
    if (depth <= 0 && piece.kind === "space") {
      if (part) parts.push(part);
      part = "";
    } else part += piece.text;
  }
  if (part) parts.push(part);
  return parts.filter((one) => one !== "AND");
}

function hasTopOr(query: string): boolean {
  return topParts(query).includes("OR");
}

/** Return the search with a term added once: `exclude` puts it behind a minus. The same text where it is there already. */
export function withTerm(query: string, term: string, exclude = false): string {
  const wanted = exclude ? `-${term}` : term;
  const other = exclude ? term : `-${term}`;
  const trimmed = query.trim();
  const fold = (text: string): string => text.toLowerCase();
  const parts = topParts(trimmed);
  if (!hasTopOr(trimmed)) {
    if (parts.some((part) => fold(part) === fold(wanted))) return trimmed;
    const kept = parts.filter((part) => fold(part) !== fold(other) && (part !== "*" || exclude));
    const positive = kept.some((part) => !part.startsWith("-") && part !== "NOT");
    if (exclude && !positive) kept.unshift("*");
    return [...kept, wanted].join(" ");
  }
  return `(${trimmed}) ${wanted}`;
}

/** Return shorter searches, each with one part left out, the longest first; none for a search of one part. */
export function shorter(query: string): string[] {
  if (hasTopOr(query)) return [];
  const parts = topParts(query);
  if (parts.length < 2) return [];
  const found = parts.map((_, left) => parts.filter((_part, index) => index !== left).join(" "));
  return found.filter((text) => topParts(text).some((part) => !part.startsWith("-") && part !== "NOT")).slice(0, 6);
}
