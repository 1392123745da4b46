/**
 * Completion: offers operators, values of an operator, recent and saved searches for the word at the caret while a reader types a search.
 * Each offer holds the whole search and the caret after it is taken; there are at most eight.
 */
import type { Operator } from "../wire/api";

export interface Offer {
  /** Text of the whole search after the offer is taken; `caret` is the caret's offset in it. */
  query: string;
  caret: number;
  label: string;
  note: string;
  kind: "operator" | "value" | "recent" | "saved";
}

/** Offers that are shown at most. */
const OFFERS_MAX = 8;
/** Recent searches among them at most. */
const RECENT_OFFERS_MAX = 4;

interface Token {
  start: number;
  text: string;
}

/** Return the token that ends at the caret, without a leading minus and without parentheses. */
export function tokenAt(query: string, caret: number): Token {
  const before = query.slice(0, caret);
  const match = /[^\s()"（）「」『』“„«»]*$/u.exec(before);
  const text = match ? match[0] : "";
  const sign = /^[-－−–—]/u.test(text) ? 1 : 0;
  return { start: caret - text.length + sign, text: text.slice(sign) };
}

function replaced(query: string, token: Token, caret: number, text: string): { query: string; caret: number } {
  const rest = query.slice(caret);
  return { query: query.slice(0, token.start) + text + rest, caret: token.start + text.length };
}

/** Return at most `OFFERS_MAX` offers for the token at the caret: operator values after a colon, else saved and recent searches, then operators. */
export function offersFor(
  query: string,
  caret: number,
  operators: readonly Operator[],
  recent: readonly string[],
  saved: readonly string[],
): Offer[] {
  const token = tokenAt(query, caret);
  const offers: Offer[] = [];
  const colon = token.text.search(/[:：]/u);
  if (colon > 0) {
    const name = token.text.slice(0, colon).toLowerCase();
    const typed = token.text.slice(colon + 1).toLowerCase();
    const operator = operators.find((one) => one.name.replace(/:$/u, "") === name || one.aliases.includes(name));
    for (const value of operator?.values ?? []) {
      if (!value.startsWith(typed) || value === typed) continue;
      const text = `${name}:${value} `;
      offers.push({ ...replaced(query, token, caret, text), label: `${name}:${value}`, note: "", kind: "value" });
    }
    return offers.slice(0, OFFERS_MAX);
  }
  if (!query.trim() || query.trim() === "*" || caret === query.length) {
    const begins = (text: string): boolean => text !== query && text.startsWith(query.trim() === "*" ? "" : query);
    for (const text of saved.filter(begins))
      offers.push({ query: text, caret: text.length, label: text, note: "", kind: "saved" });
    for (const text of recent.filter(begins).filter((one) => !saved.includes(one)).slice(0, RECENT_OFFERS_MAX))
      offers.push({ query: text, caret: text.length, label: text, note: "", kind: "recent" });
  }
  if (token.text) {
    for (const operator of operators) {
      const names = [operator.name, ...operator.aliases].map((name) => name.replace(/:$/u, ""));
      const name = names.find((one) => /^[a-z_]/u.test(one) && one.startsWith(token.text.toLowerCase()));
      if (!name) continue;
      const text = `${name}:`;
      offers.push({ ...replaced(query, token, caret, text), label: text, note: operator.finds, kind: "operator" });
    }
  }
  return offers.slice(0, OFFERS_MAX);
}
