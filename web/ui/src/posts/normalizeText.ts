/**
 * Text normalisation for comparing posts: reduces a text to its words, without links, mentions, case and punctuation, and finds the core of
 * the text and the numbers in it. The core leaves out the tags, "RT" and "via" around the text, and the word that an ellipsis cut in two;
 * `cut` records that an ellipsis ends the text.
 */
import { tokenize } from "../text/tokenizer";

const LINK = /https?:\/\/\S+|\b[\w-]+(?:\.[\w-]+)+\/\S*/giu;
const MENTION = /[@＠][\p{L}\p{N}_.@-]+/gu;
const ENTITY = /&(?:amp|lt|gt|quot|#\d{1,6});/giu;
/** Code points that change only the look of a character: joiners, variation selectors, skin tones. */
const JOINERS = /\u200b|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|[\u{1f3fb}-\u{1f3ff}]/gu;
const ELLIPSIS = /^\s*(?:…|\.\.\.)/u;
const ELLIPSIS_IN_WORD = /^(?:…|\.\.\.)/u;
const TAG_SIGN = /[#＃]/u;
const NUMBER = /^\p{N}+$/u;
const LEADING_WORDS = new Set(["rt"]);
const TRAILING_WORDS = new Set(["via", "source"]);
/** A core of fewer words says too little to be compared by itself. */
const CORE_WORDS_MIN = 6;

export interface NormalizedText {
  words: string[];
  /** The words of the core: the same array as `words` where nothing surrounds the core, or where the core is too short. */
  core: string[];
  /** Whether an ellipsis ends the core: the source cut the text off. */
  cut: boolean;
  /** The numbers of the core, sorted. */
  numbers: string[];
}

/** Return the words, the core and the numbers of a text. */
export function normalizeText(text: string): NormalizedText {
  const clean = text.replace(LINK, " ").replace(MENTION, " ").replace(ENTITY, " ").normalize("NFKC").replace(JOINERS, "");
  const spans = tokenize(clean);
  const words = spans.map((span) => span.folded);
  const isTag = (at: number): boolean => TAG_SIGN.test(clean[(spans[at]?.start ?? 0) - 1] ?? "");
  let from = 0;
  let to = words.length;
  while (from < to && (isTag(from) || LEADING_WORDS.has(words[from] ?? ""))) from++;
  while (to > from && (isTag(to - 1) || TRAILING_WORDS.has(words[to - 1] ?? ""))) to--;
  const rest = clean.slice(spans[to - 1]?.end ?? 0);
  const cut = to > from && ELLIPSIS.test(rest);
  if (cut && ELLIPSIS_IN_WORD.test(rest)) to--;
  const short = to - from < CORE_WORDS_MIN;
  const core = short || to - from === words.length ? words : words.slice(from, to);
  return { words, core, cut: cut && !short, numbers: core.filter((word) => NUMBER.test(word)).sort() };
}
