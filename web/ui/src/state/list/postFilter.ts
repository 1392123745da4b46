/**
 * Post filter: builds the predicate that hides the cards of muted accounts, muted phrases, unwanted kinds (reposts, replies, posts without
 * media) and other languages, and tokenizes each text once. `filtersOf` adds the number of choices that hide posts, and a key by which
 * equal choices are recognised. The counts of the search include hidden posts.
 */
import type { Card } from "../../posts/cardIndex";
import { parsePhrase, containsPhrase } from "../../text/tokenizer";
import { languageOf, type Post } from "../../wire/post";
import type { Hide } from "../columnSpec";

/** Returns whether a card is shown. */
export type Filter = (card: Card) => boolean;

/** Return the filter of a column's choices and of the mutes, which hold for all columns; null if nothing is hidden. */
export function filterOf(hide: Hide, mutes: readonly string[]): Filter | null {
  const tests: Filter[] = [];
  if (hide.reposts) tests.push((card) => card.own);
  if (hide.replies) tests.push((card) => card.post.reply_to === null);
  if (hide.withoutMedia) tests.push((card) => card.post.media.length > 0);
  if (hide.onlyLanguages.length) {
    const wanted = new Set(hide.onlyLanguages);
    tests.push((card) => wanted.has(languageOf(card.post) || "und"));
  }
  const accounts = new Set(mutes.filter((mute) => mute.startsWith("@")).map((mute) => mute.slice(1).toLowerCase()));
  if (accounts.size) tests.push((card) => !accounts.has(card.post.author.handle.toLowerCase()));
  // The list is filtered at every render. The cache makes sure that each text is tokenized once.
  const cache = new WeakMap<Post, boolean>();
  const muted = mutes.filter((mute) => !mute.startsWith("@")).map(parsePhrase).filter((phrase) => phrase.words.length);
  const isMuted = (post: Post): boolean => {
    const cached = cache.get(post);
    if (cached !== undefined) return cached;
    const found = containsPhrase(post.text, muted);
    cache.set(post, found);
    return found;
  };
  if (muted.length) tests.push((card) => !isMuted(card.post));
  if (!tests.length) return null;
  return (card) => tests.every((test) => test(card));
}

/** The choices that hide posts of a column, as one filter. */
export interface Filters {
  /** The filter; null if nothing is hidden. */
  readonly test: Filter | null;
  /** Number of choices that hide posts: each mute, each kind, and the languages together. */
  readonly count: number;
  /** The choices as text: equal choices have equal keys. */
  readonly key: string;
}

export const NO_FILTERS: Filters = { test: null, count: 0, key: "" };

/** Return the filters of a column's choices and of the mutes of the page. */
export function filtersOf(hide: Hide, mutes: readonly string[]): Filters {
  const count = mutes.length + [hide.reposts, hide.replies, hide.withoutMedia, hide.onlyLanguages.length > 0].filter(Boolean).length;
  return count ? { test: filterOf(hide, mutes), count, key: JSON.stringify([hide, mutes]) } : NO_FILTERS;
}
