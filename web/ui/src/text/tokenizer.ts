/**
 * Words of a text with their places, cut as the server's analyser does (`pipeline/query/analyser.py`): an emoji is a word, and so is
 * each character of a script without spaces. For marking and muting.
 */
import { EMOJI, UNSPACED, VANISHING } from "./scriptRanges";

const MODIFIERS = "[\\ufe0e\\ufe0f\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}\\u20e3]*";
const REGIONAL = "[\\u{1f1e6}-\\u{1f1ff}]";
/** Where an emoji may begin, by UTF-16 units: quick to find, and few texts have more than one or two. */
const EMOJI_FIRST = /[\u00a9\u00ae\u203c-\u2b55\u3030\u303d\u3297\u3299\ud83c-\ud83e]|[0-9#*]\ufe0f?\u20e3/g;
/** A flag, a skin tone, a family joined by ZWJ: each whole. */
const EMOJI_SEQUENCE = new RegExp(`[0-9#*]\\ufe0f?\\u20e3|(?:${EMOJI}|${REGIONAL}{1,2})${MODIFIERS}(?:\\u200d${EMOJI}${MODIFIERS})*`, "uy");
const SELECTORS = /[\ufe0e\ufe0f]/gu;
const MARK = "(?!\\u20e3)\\p{M}";
const BEGINS = `(?![${UNSPACED}${VANISHING}\\u20e3])[\\p{L}\\p{M}\\p{N}]`;
/** What vanishes is in the class of what follows, so that a word goes on behind it. */
const WORD = new RegExp(`[${UNSPACED}](?:${MARK}|[${VANISHING}])*|${BEGINS}(?:(?![${UNSPACED}\\u20e3])[\\p{L}\\p{M}\\p{N}${VANISHING}])*`, "gu");
const VANISHES = new RegExp(`[${VANISHING}]`, "gu");
/** What folding does not only make small, or what is not left as it is by normalising after that. */
const SPECIAL = new RegExp(`[${VANISHING}ßς\\u0300-\\u036f\\u13a0-\\u13fd\\u1c80-\\u1c88\\u1e9e\\u1f80-\\u1ffc\\uab70-\\uabbf]`, "u");
const ASCII = /^[\0-\x7f]*$/u;
const ASCII_WORD = /[0-9A-Za-z]+/gu;
/** What normalising leaves as it is by pieces: a character with all that may join it. */
const PIECE = new RegExp(`[^](?:${MARK}|[${VANISHING}])*`, "gu");
/** A run between blanks, and between punctuation that is such before normalising as after it. */
const RUN = /[^\s’…“”—–‘。、，！？：；（）「」『』・]+/gu;
const WORD_MAX_LENGTH = 128;

export interface WordSpan {
  start: number;
  end: number;
  folded: string;
}

/** Return a text as words are compared: Unicode's case folding, where Σ at the end of a word is as any other. */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  // By way of the capitals, which ß and ss share, but not ı and i.
  const cased = text.normalize("NFKC").toLowerCase().replace(/[^ı]+/gu, (part) => part.toUpperCase().toLowerCase());
  return cased.replace(/ς/gu, "σ").normalize("NFKC");
}

function cut(word: string): string {
  return word.length > WORD_MAX_LENGTH ? [...word].slice(0, WORD_MAX_LENGTH).join("") : word;
}

/** Call `take` with every match of a pattern. `matchAll` would make a pattern anew each time: here that costs more than the search. */
function each(pattern: RegExp, text: string, take: (found: string, at: number) => void): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) take(match[0], match.index);
}

/** Return the words of a text in order, with UTF-16 offsets. */
export function tokenize(text: string): WordSpan[] {
  const found: WordSpan[] = [];
  if (ASCII.test(text)) {
    each(ASCII_WORD, text, (word, at) => found.push({ start: at, end: at + word.length, folded: cut(word.toLowerCase()) }));
    return found;
  }
  let at = 0;
  each(EMOJI_FIRST, text, (_first, start) => {
    EMOJI_SEQUENCE.lastIndex = start;
    const emoji = EMOJI_SEQUENCE.exec(text)?.[0];
    if (!emoji) return;
    addWords(found, text.slice(at, start), at);
    at = EMOJI_FIRST.lastIndex = start + emoji.length;
    found.push({ start, end: at, folded: cut(emoji.replace(SELECTORS, "")) });
  });
  addWords(found, text.slice(at), at);
  return found;
}

/** Return whether normalising leaves a text as it is; the iota below a letter (U+0345) is one itself when it is folded. */
function isPlain(text: string): boolean {
  return text.normalize("NFKC") === text && !text.includes("\u0345");
}

/** Add the words of a stretch without emoji. */
function addWords(found: WordSpan[], text: string, at: number): void {
  if (isPlain(text)) return addPlain(found, text, at);
  each(RUN, text, (run, start) => (isPlain(run) ? addPlain : addNormalised)(found, run, at + start));
}

function addPlain(found: WordSpan[], text: string, at: number): void {
  // Nearly every text has the words it has in small letters, each where it was.
  const small = SPECIAL.test(text) ? "" : text.toLowerCase().replaceAll("ς", "σ");
  if (small.length === text.length)
    return each(WORD, small, (word, start) => found.push({ start: at + start, end: at + start + word.length, folded: cut(word) }));
  each(WORD, text, (word, start) => found.push({ start: at + start, end: at + start + word.length, folded: cut(foldCase(word.replace(VANISHES, ""))) }));
}

/** Add the words of a run that normalising changes: ½ is two words, ㍿ four, and each points to what it was made of. */
function addNormalised(found: WordSpan[], run: string, at: number): void {
  const seen = (text: string): string => foldCase(text.replace(VANISHES, ""));
  const whole = seen(run);
  let pieces: { start: number; end: number; folded: string }[] = [];
  each(PIECE, run, (piece, start) => pieces.push({ start, end: start + piece.length, folded: seen(piece) }));
  // Hangul and a few vowels join what stands before them: then the run is one piece.
  if (pieces.map((piece) => piece.folded).join("") !== whole) pieces = [{ start: 0, end: run.length, folded: whole }];
  const origins = pieces.flatMap((piece) => Array.from({ length: piece.folded.length }, () => piece));
  each(WORD, whole, (word, start) => {
    const [first, last] = [origins[start], origins[start + word.length - 1]];
    if (first && last) found.push({ start: at + first.start, end: at + last.end, folded: cut(word) });
  });
}

/** A term of a search as the words it is made of, in order; the last is `open` where it stands for words that begin so. */
export interface Phrase {
  words: readonly string[];
  open: boolean;
}

export function parsePhrase(term: string): Phrase {
  return { words: tokenize(term).map((word) => word.folded), open: term.endsWith("*") };
}

/** Return whether a phrase stands at a place among words. */
function standsAt(words: readonly WordSpan[], at: number, { words: parts, open }: Phrase): boolean {
  if (!parts.length || at + parts.length > words.length) return false;
  return parts.every((part, index) => {
    const word = (words[at + index] as WordSpan).folded;
    return word === part || (open && index === parts.length - 1 && word.startsWith(part));
  });
}

/** Return whether one of some phrases stands in a text. */
export function containsPhrase(text: string, phrases: readonly Phrase[]): boolean {
  const words = tokenize(text);
  return words.some((_word, at) => phrases.some((phrase) => standsAt(words, at, phrase)));
}

/** Return spans [start, end) of a text where a term of the search stands; `pre*` marks words that begin so. */
export function highlightSpans(text: string, terms: readonly string[]): [number, number][] {
  const phrases = terms.map(parsePhrase).filter((phrase) => phrase.words.length);
  if (!phrases.length) return [];
  const words = tokenize(text);
  const spans: [number, number][] = [];
  words.forEach((word, at) => {
    for (const phrase of phrases)
      if (standsAt(words, at, phrase)) spans.push([word.start, (words[at + phrase.words.length - 1] as WordSpan).end]);
  });
  return spans;
}
