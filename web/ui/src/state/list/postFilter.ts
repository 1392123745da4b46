/** What a reader does not want to see here: mutes, kinds, languages. Hides only; the counts of the search stay whole. */
import type { Card } from "../../posts/cardIndex";
import { parsePhrase, containsPhrase } from "../../text/tokenizer";
import type { Post } from "../../wire/post";
import type { Hide } from "../spec";

export type Filter = (card: Card) => boolean;

/** Return a filter of a column's own choices and of the mutes, which hold for all columns; null when nothing is hidden. */
export function filterOf(hide: Hide, mutes: readonly string[]): Filter | null {
  const tests: Filter[] = [];
  if (hide.reposts) tests.push((card) => card.own);
  if (hide.replies) tests.push((card) => card.post.reply_to === null);
  if (hide.withoutMedia) tests.push((card) => card.post.media.length > 0);
  if (hide.onlyLanguages.length) {
    const wanted = new Set(hide.onlyLanguages);
    tests.push((card) => wanted.has(card.post.lang || "und"));
  }
  const accounts = new Set(mutes.filter((one) => one.startsWith("@")).map((one) => one.slice(1).toLowerCase()));
  if (accounts.size) tests.push((card) => !accounts.has(card.post.author.handle.toLowerCase()));
  // A list is filtered at every draw, a text read once.
  const read = new WeakMap<Post, boolean>();
  const muted = mutes.filter((one) => !one.startsWith("@")).map(parsePhrase).filter((phrase) => phrase.words.length);
  const said = (post: Post): boolean => {
    const before = read.get(post);
    if (before !== undefined) return before;
    const found = containsPhrase(post.text, muted);
    read.set(post, found);
    return found;
  };
  if (muted.length) tests.push((card) => !said(card.post));
  if (!tests.length) return null;
  return (card) => tests.every((test) => test(card));
}

/** What hides posts of a column. */
export interface Filters {
  /** Null when nothing is hidden. */
  readonly test: Filter | null;
  /** How many choices hide posts: each mute, each kind, and the languages together. */
  readonly count: number;
  /** The choices as text: the same for the same choices. */
  readonly key: string;
}

export const NO_FILTERS: Filters = { test: null, count: 0, key: "" };

/** Return what a column's own choices and the mutes of the page hide. */
export function filtersOf(hide: Hide, mutes: readonly string[]): Filters {
  const count = mutes.length + [hide.reposts, hide.replies, hide.withoutMedia, hide.onlyLanguages.length > 0].filter(Boolean).length;
  return count ? { test: filterOf(hide, mutes), count, key: JSON.stringify([hide, mutes]) } : NO_FILTERS;
}
