/** Words of a text with their places, cut as the search does: unspaced scripts by character. For marking only. */

// A class of single code points, joiners among them on purpose: each stands for itself, not for a sequence.
/* eslint-disable no-misleading-character-class */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー々\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const WORD = new RegExp(
  `\\p{Extended_Pictographic}[\\p{M}\\u200d\\ufe0f\\p{Extended_Pictographic}]*|[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}\\u200c\\u200d\\u00ad\\ufe00-\\ufe0f])+`,
  "gu",
);
const IGNORED = /[\u200c\u200d\u00ad\ufe00-\ufe0f]/gu;

export interface Word {
  start: number;
  end: number;
  folded: string;
}

export function fold(word: string): string {
  return word.normalize("NFKC").toLowerCase().replace(/ß/gu, "ss").replace(IGNORED, "");
}

/** Return the words of a text in order, with UTF-16 offsets. */
export function wordsOf(text: string): Word[] {
  const found: Word[] = [];
  for (const match of text.matchAll(WORD))
    found.push({ start: match.index, end: match.index + match[0].length, folded: fold(match[0]) });
  return found;
}

/** Return spans [start, end) of a text where a term of the search stands; `pre*` marks words that begin so. */
export function marksOf(text: string, terms: readonly string[]): [number, number][] {
  const wanted = terms.map((term) => ({ words: wordsOf(term).map((word) => word.folded), open: term.endsWith("*") }));
  if (!wanted.some((term) => term.words.length)) return [];
  const words = wordsOf(text);
  const spans: [number, number][] = [];
  for (let at = 0; at < words.length; at++) {
    for (const { words: parts, open } of wanted) {
      const last = words[at + parts.length - 1];
      if (!parts.length || !last) continue;
      const fits = parts.every((part, index) => {
        const word = (words[at + index] as Word).folded;
        return word === part || (open && index === parts.length - 1 && word.startsWith(part));
      });
      if (fits) spans.push([(words[at] as Word).start, last.end]);
    }
  }
  return spans;
}
