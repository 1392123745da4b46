/** What a reader does not want to see here: mutes, kinds, languages. Hides only; the counts of the search stay whole. */
import type { Card } from "../hold/folding";
import { phraseOf, says } from "../text/words";
import type { Settings } from "./settings";
import type { Post } from "../wire/post";

export type Filter = (card: Card) => boolean;

/** Return a filter for the settings, or null when nothing is hidden. */
export function filterOf(settings: Settings): Filter | null {
  const tests: Filter[] = [];
  if (settings.hideReposts) tests.push((card) => card.own);
  if (settings.hideReplies) tests.push((card) => card.post.reply_to === null);
  if (settings.mediaOnly) tests.push((card) => card.post.media.length > 0);
  if (settings.languages.length) {
    const wanted = new Set(settings.languages);
    tests.push((card) => wanted.has(card.post.lang || "und"));
  }
  const accounts = new Set(settings.muted.filter((one) => one.startsWith("@")).map((one) => one.slice(1).toLowerCase()));
  if (accounts.size) tests.push((card) => !accounts.has(card.post.author.handle.toLowerCase()));
  // A list is filtered at every draw, a text read once.
  const read = new WeakMap<Post, boolean>();
  const muted = settings.muted.filter((one) => !one.startsWith("@")).map(phraseOf).filter((phrase) => phrase.words.length);
  const said = (post: Post): boolean => {
    const before = read.get(post);
    if (before !== undefined) return before;
    const found = says(post.text, muted);
    read.set(post, found);
    return found;
  };
  if (muted.length) tests.push((card) => !said(card.post));
  if (!tests.length) return null;
  return (card) => tests.every((test) => test(card));
}
