/**
 * Tokenizer: cuts a text into folded words with their offsets, as the server's analyser does (`pipeline/query/analyser.py`), and matches
 * phrases: whether a text contains one (mutes), and where the terms of a search match (marks). An emoji is a word, and so is each letter of
 * a script without spaces. Near-duplicates are compared by these words.
 */
import { EMOJI, INVISIBLE, UNSPACED, VANISHING } from "./scriptRanges";

const MODIFIERS = "[\\ufe0e\\ufe0f\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}\\u20e3]*";
const REGIONAL = "[\\u{1f1e6}-\\u{1f1ff}]";
/** UTF-16 units with which an emoji may begin: a fast test before the long pattern is tried. */
const EMOJI_FIRST = /[\u00a9\u00ae\u203c-\u2b55\u3030\u303d\u3297\u3299\ud83c-\ud83e]|[0-9#*]\ufe0f?\u20e3/g;
/** A whole emoji: with its skin tone, as a flag of two letters, or as a sequence joined by ZWJ. */
const EMOJI_SEQUENCE = new RegExp(`[0-9#*]\\ufe0f?\\u20e3|(?:${EMOJI}|${REGIONAL}{1,2})${MODIFIERS}(?:\\u200d${EMOJI}${MODIFIERS})*`, "uy");
const SELECTORS = /[\ufe0e\ufe0f]/gu;
const MARK = "(?!\\u20e3)\\p{M}";
const BEGINS = `(?![${UNSPACED}${VANISHING}${INVISIBLE}\\u20e3])[\\p{L}\\p{M}\\p{N}]`;
/** A word. Vanishing characters are part of the class, so that a word continues behind them. */
const WORD = new RegExp(`[${UNSPACED}](?:${MARK}|[${VANISHING}])*|${BEGINS}(?:(?![${UNSPACED}${INVISIBLE}\\u20e3])[\\p{L}\\p{M}\\p{N}${VANISHING}])*`, "gu");
const VANISHES = new RegExp(`[${VANISHING}]`, "gu");
/** Characters where case folding is more than lower-casing, or that NFKC changes after folding; they take the slow path. */
const SPECIAL = new RegExp(`[${VANISHING}ıßς\\u0300-\\u036f\\u13a0-\\u13fd\\u1c80-\\u1c88\\u1e9e\\u1f80-\\u1ffc\\uab70-\\uabbf]`, "u");
const ASCII_ONLY = /^[\0-\x7f]*$/u;
const ASCII_WORD = /[0-9A-Za-z]+/gu;
/** A cluster: a character with the marks and vanishing characters behind it. Clusters are normalised one by one. */
const CLUSTER = new RegExp(`[^](?:${MARK}|[${VANISHING}])*`, "gu");
/** A run: text between spaces, and between punctuation that NFKC leaves as it is. U+FEFF is a space to JavaScript alone. */
const RUN = /(?:[^\s’…“”—–‘。、，！？：；（）「」『』・]|\ufeff)+/gu;
/** Characters of a word that count; the rest is cut off. */
const WORD_MAX_LENGTH = 128;

export interface WordSpan {
  start: number;
  end: number;
  folded: string;
}

/** Lower-case letters of Cherokee. */
const CHEROKEE = /[\u13f8-\u13fd\uab70-\uabbf]+/gu;

/** An i or j, and the marks behind it up to a dot above. */
const DOTTED_I = /([ij])(\p{M}*?)\u0307/gu;

/** Return an i or j without the dot that folding leaves on the İ of Turkish, unless a mark between the two stands above the letter. */
function withoutDot(whole: string, letter: string, between: string): string {
  // NFD puts a mark that does not stand above the letter before a dot that does.
  const below = [...between].every((mark) => `\u0307${mark}`.normalize("NFD") !== `\u0307${mark}`);
  return below ? letter + between : whole;
}

/** Return a text in the form in which words are compared: NFKC with Unicode's case folding, ς as σ, and ı and İ as i. */
export function foldCase(text: string): string {
  if (ASCII_ONLY.test(text)) return text.toLowerCase();
  // Upper-casing first gives ß and ss one form, and ı and i. Unicode folds Cherokee to its upper case.
  const cased = text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase();
  const folded = cased.replace(/ς/gu, "σ").replace(CHEROKEE, (letters) => letters.toUpperCase()).normalize("NFKC");
  return folded.includes("\u0307") ? folded.normalize("NFD").replace(DOTTED_I, withoutDot).normalize("NFKC") : folded;
}

/** Return a text folded, without vanishing characters, also those that a presentation form holds (a Hebrew letter's point). */
function foldWord(text: string): string {
  return foldCase(text.normalize("NFKC").replace(VANISHES, ""));
}

function truncate(word: string): string {
  return word.length > WORD_MAX_LENGTH ? [...word].slice(0, WORD_MAX_LENGTH).join("") : word;
}

/** Call `take` with every match of a pattern. `matchAll` copies the pattern at each call, which costs more than the search here. */
function eachMatch(pattern: RegExp, text: string, take: (found: string, at: number) => void): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) take(match[0], match.index);
}

/** Return the words of a text in order, with UTF-16 offsets. */
export function tokenize(text: string): WordSpan[] {
  const found: WordSpan[] = [];
  if (ASCII_ONLY.test(text)) {
    eachMatch(ASCII_WORD, text, (word, at) => found.push({ start: at, end: at + word.length, folded: truncate(word.toLowerCase()) }));
    return found;
  }
  let at = 0;
  eachMatch(EMOJI_FIRST, text, (_first, start) => {
    EMOJI_SEQUENCE.lastIndex = start;
    const emoji = EMOJI_SEQUENCE.exec(text)?.[0];
    if (!emoji) return;
    addWords(found, text.slice(at, start), at);
    at = EMOJI_FIRST.lastIndex = start + emoji.length;
    found.push({ start, end: at, folded: truncate(emoji.replace(SELECTORS, "")) });
  });
  addWords(found, text.slice(at), at);
  return found;
}

/** Return whether normalising leaves a text as it is. The combining iota (U+0345) does not count as plain: folding makes it a letter. */
function isPlain(text: string): boolean {
  return text.normalize("NFKC") === text && !text.includes("\u0345");
}

/** Add the words of a text without emoji. `at`: the offset of the text in the whole. */
function addWords(found: WordSpan[], text: string, at: number): void {
  if (isPlain(text)) return addPlain(found, text, at);
  eachMatch(RUN, text, (run, start) => (isPlain(run) ? addPlain : addNormalized)(found, run, at + start));
}

function addPlain(found: WordSpan[], text: string, at: number): void {
  // Lower-casing keeps the offsets of nearly every text, so that the words of the lower-cased text are the words of the text.
  const lower = SPECIAL.test(text) ? "" : text.toLowerCase().replaceAll("ς", "σ");
  if (lower.length === text.length)
    return eachMatch(WORD, lower, (word, start) => found.push({ start: at + start, end: at + start + word.length, folded: truncate(word) }));
  eachMatch(WORD, text, (word, start) => found.push({ start: at + start, end: at + start + word.length, folded: truncate(foldWord(word)) }));
}

/** Add the words of a run that NFKC changes: ½ becomes two words, ㍿ four. Each word has the offsets of the clusters it comes from. */
function addNormalized(found: WordSpan[], run: string, at: number): void {
  const whole = foldWord(run);
  let clusters: { start: number; end: number; folded: string }[] = [];
  eachMatch(CLUSTER, run, (cluster, start) => clusters.push({ start, end: start + cluster.length, folded: foldWord(cluster) }));
  // Hangul and a few vowels join the letter before them. Then the run counts as one cluster.
  if (clusters.map((cluster) => cluster.folded).join("") !== whole) clusters = [{ start: 0, end: run.length, folded: whole }];
  const origins = clusters.flatMap((cluster) => Array.from({ length: cluster.folded.length }, () => cluster));
  eachMatch(WORD, whole, (word, start) => {
    const [first, last] = [origins[start], origins[start + word.length - 1]];
    if (first && last) found.push({ start: at + first.start, end: at + last.end, folded: truncate(word) });
  });
}

/** Phrase: the words of a term, in order. With `isPrefix` the last word stands for every word that begins with it. */
export interface Phrase {
  words: readonly string[];
  isPrefix: boolean;
}

/** Return a term of a search, or a muted phrase, as its words. */
export function parsePhrase(term: string): Phrase {
  return { words: tokenize(term).map((word) => word.folded), isPrefix: term.endsWith("*") };
}

/** Return whether the words of a text from index `at` on are a phrase. */
function matchesAt(words: readonly WordSpan[], at: number, { words: parts, isPrefix }: Phrase): boolean {
  if (!parts.length || at + parts.length > words.length) return false;
  return parts.every((part, index) => {
    const word = (words[at + index] as WordSpan).folded;
    return word === part || (isPrefix && index === parts.length - 1 && word.startsWith(part));
  });
}

/** Return whether a text contains at least one of some phrases. */
export function containsPhrase(text: string, phrases: readonly Phrase[]): boolean {
  const words = tokenize(text);
  return words.some((_word, at) => phrases.some((phrase) => matchesAt(words, at, phrase)));
}

/** Return the spans [start, end) of a text that match a term of the search. A term `pre*` matches words that begin with it. */
export function highlightSpans(text: string, terms: readonly string[]): [number, number][] {
  const phrases = terms.map(parsePhrase).filter((phrase) => phrase.words.length);
  if (!phrases.length) return [];
  const words = tokenize(text);
  const spans: [number, number][] = [];
  words.forEach((word, at) => {
    for (const phrase of phrases)
      if (matchesAt(words, at, phrase)) spans.push([word.start, (words[at + phrase.words.length - 1] as WordSpan).end]);
  });
  return spans;
}
