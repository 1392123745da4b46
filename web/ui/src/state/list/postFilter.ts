/**
 * Post filter: builds the predicate that hides the cards of muted accounts, muted phrases, unwanted kinds (reposts, replies, quotes,
 * sensitive posts, posts without media) and languages, and tokenizes each text once; and gives the reason why a card is hidden. `filtersOf`
 * adds the number of choices that hide posts, and a key by which equal choices are recognised. The counts of the search include hidden
 * posts.
 */
import type { Card } from "../../posts/cardIndex";
import { parsePhrase, containsPhrase } from "../../text/tokenizer";
import { languageOf, type Post } from "../../wire/post";
import { type Hide, HIDDEN_KINDS, type HiddenKind, type Mutes, NO_MUTES } from "../columnSpec";

/** Returns whether a card is shown. */
export type Filter = (card: Card) => boolean;

/** Why a card is hidden. `value`: the muted word or account, or the language. */
export interface HiddenReason {
  readonly kind: HiddenKind | "language" | "word" | "author";
  readonly value: string;
}

/** One choice that hides cards. */
interface Rule {
  isShown: Filter;
  /** Return why a card that `isShown` refuses is hidden. */
  reason(card: Card): HiddenReason;
}

const KIND_FILTERS: Record<HiddenKind, Filter> = {
  reposts: (card) => card.own,
  replies: (card) => card.post.reply_to === null,
  quotes: (card) => card.post.quote_of === "",
  sensitive: (card) => !card.post.sensitive,
  withoutMedia: (card) => card.post.media.length > 0,
};

const languageOfCard = (card: Card): string => languageOf(card.post) || "und";

function languageRule(isShown: Filter): Rule {
  return { isShown, reason: (card) => ({ kind: "language", value: languageOfCard(card) }) };
}

function authorRule(handles: readonly string[]): Rule {
  const hidden = new Set(handles.map((handle) => handle.toLowerCase()));
  return { isShown: (card) => !hidden.has(card.post.author.handle.toLowerCase()), reason: (card) => ({ kind: "author", value: card.post.author.handle }) };
}

/** Return the rule of muted phrases; null if none of them has a word. */
function wordRule(texts: readonly string[]): Rule | null {
  const phrases = texts.map((text) => ({ text, phrase: parsePhrase(text) })).filter(({ phrase }) => phrase.words.length);
  const all = phrases.map(({ phrase }) => phrase);
  // The list is filtered at every render. The cache makes sure that each text is tokenized once.
  const cache = new WeakMap<Post, boolean>();
  const isShown = ({ post }: Card): boolean => {
    let shown = cache.get(post);
    if (shown === undefined) cache.set(post, shown = !containsPhrase(post.text, all));
    return shown;
  };
  const reason = ({ post }: Card): HiddenReason => ({ kind: "word", value: phrases.find(({ phrase }) => containsPhrase(post.text, [phrase]))?.text ?? "" });
  return phrases.length ? { isShown, reason } : null;
}

/** Return the rules of a column's choices and of the mutes, which hold for all columns. */
function rulesOf(hide: Hide, muted: readonly string[], mutes: Mutes): Rule[] {
  const rules: Rule[] = [];
  for (const kind of HIDDEN_KINDS) if (hide[kind]) rules.push({ isShown: KIND_FILTERS[kind], reason: () => ({ kind, value: "" }) });
  const [wanted, unwanted] = [new Set(hide.onlyLanguages), new Set(mutes.languages)];
  if (wanted.size) rules.push(languageRule((card) => wanted.has(languageOfCard(card))));
  if (unwanted.size) rules.push(languageRule((card) => !unwanted.has(languageOfCard(card))));
  const handles = [...muted.filter((mute) => mute.startsWith("@")).map((mute) => mute.slice(1)), ...mutes.authors];
  if (handles.length) rules.push(authorRule(handles));
  const words = wordRule([...muted.filter((mute) => !mute.startsWith("@")), ...mutes.words]);
  if (words) rules.push(words);
  return rules;
}

/** The choices that hide posts of a column, as one filter. */
export interface Filters {
  /** The filter; null if nothing is hidden. */
  readonly test: Filter | null;
  /** Return why a card is hidden, the first reason if there are several; null if it is shown. */
  readonly why: (card: Card) => HiddenReason | null;
  /** Number of choices that hide posts: each mute, each kind, and the shown languages together. */
  readonly count: number;
  /** The choices as text: equal choices have equal keys. */
  readonly key: string;
}

export const NO_FILTERS: Filters = { test: null, why: () => null, count: 0, key: "" };

/** Return the filters of a column's choices and mutes, and of `muted`, the mutes of all columns. */
export function filtersOf(hide: Hide, muted: readonly string[], mutes: Mutes = NO_MUTES): Filters {
  const own = mutes.words.length + mutes.authors.length + mutes.languages.length;
  const count = muted.length + own + HIDDEN_KINDS.filter((kind) => hide[kind]).length + Number(hide.onlyLanguages.length > 0);
  if (!count) return NO_FILTERS;
  const rules = rulesOf(hide, muted, mutes);
  return {
    test: rules.length ? (card) => rules.every(({ isShown }) => isShown(card)) : null,
    why: (card) => rules.find(({ isShown }) => !isShown(card))?.reason(card) ?? null,
    count,
    key: JSON.stringify([hide, muted, mutes]),
  };
}
