/**
 * Query editor: adds a term to the text of a search or excludes it by a minus, as a click on the term does, and replaces a contrary use of
 * the same term. It writes a value (word, tag, author, link) as a term of the query language, and splits a search into its top-level parts.
 */
import { piecesOf } from "./queryLexer";

export type TermKind = "word" | "hashtag" | "cashtag" | "author" | "mention" | "domain" | "link" | "lang";

const PLAIN = /^[\p{L}\p{M}\p{N}]+$/u;

function quoted(value: string): string {
  return `"${value.replace(/["\\]/gu, "\\$&")}"`;
}

/** Return a value as a term of the query language. */
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

/** Forms of a word that a term names at most: a search has room for 64 terms. */
const FORMS_MAX = 8;

/**
 * Return a word of a top list as a term that finds the posts it was counted in: itself, or any of the forms in which they write it. A Hebrew
 * abbreviation is the phrase of its two halves, because its sign is a quote in a search.
 */
export function termOfWord(value: string, forms: readonly string[]): string {
  const terms = (forms.length ? forms.slice(0, FORMS_MAX) : [value]).map((form) => termOf("word", form.replace(/״/gu, " ")));
  return terms.length > 1 ? `(${terms.join(" OR ")})` : (terms[0] as string);
}

/** Return the parts of a search at the top level, each with its minus or NOT. OR is a part; AND is left out. */
export function topParts(query: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const piece of piecesOf(query)) {
    if (piece.kind === "paren") depth += "(（﹙︵".includes(piece.text) ? 1 : -1;
    if (depth > 0 || piece.kind !== "space") part += piece.text;
    else if (NEGATES.test(part)) part += " ";
    else if (part) {
      parts.push(part);
      part = "";
    }
  }
  if (part) parts.push(part.trimEnd());
  return parts.filter((one) => one !== "AND" && one !== "ＡＮＤ");
}

/** A part that ends in NOT: the term it negates follows, after a space as well. */
const NEGATES = /^(?:[-－﹣−‐‑‒–—―]|(?:NOT|ＮＯＴ)\s*)*(?:NOT|ＮＯＴ)\s*$/u;
/** The minus signs and NOTs in front of a term. */
const SIGNS = /^(?:[-－﹣−‐‑‒–—―]|(?:NOT|ＮＯＴ)(?=[\s("（「『«“＂-])\s*)*/u;

/** Return whether a part excludes its term, and the term in lower case. An even number of signs does not exclude. */
function signed(part: string): { excludes: boolean; term: string } {
  const signs = SIGNS.exec(part)?.[0] ?? "";
  return { excludes: (signs.match(/[-－﹣−‐‑‒–—―]|NOT|ＮＯＴ/gu)?.length ?? 0) % 2 === 1, term: part.slice(signs.length).toLowerCase() };
}

/** Return whether a part of a search excludes its term. */
export function excludes(part: string): boolean {
  return signed(part).excludes;
}

function hasTopOr(query: string): boolean {
  return topParts(query).some((part) => part === "OR" || part === "ＯＲ");
}

/** Return the search with a term added, or excluded by a minus. A search that has the term already is returned as it is. */
export function withTerm(query: string, term: string, exclude = false): string {
  const wanted = exclude ? `-${term}` : term;
  const trimmed = query.trim();
  if (hasTopOr(trimmed)) return `(${trimmed}) ${wanted}`;
  const parts = topParts(trimmed);
  const same = (part: string): boolean => signed(part).term === term.toLowerCase();
  if (parts.some((part) => same(part) && excludes(part) === exclude)) return trimmed;
  const kept = parts.filter((part) => !same(part) && (part !== "*" || exclude));
  if (exclude && kept.every(excludes)) kept.unshift("*");
  return [...kept, wanted].join(" ");
}
