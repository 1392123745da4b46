/**
 * What of a text counts when two posts are compared: its words without links, mentions, case and punctuation; and its core,
 * which is those without the tags, "RT" and "via" around them and without the word an ellipsis cut in two.
 */
import { tokenize } from "../text/tokenizer";

const LINK = /https?:\/\/\S+|\b[\w-]+(?:\.[\w-]+)+\/\S*/giu;
const MENTION = /[@＠][\p{L}\p{N}_.@-]+/gu;
const ENTITY = /&(?:amp|lt|gt|quot|#\d{1,6});/giu;
/** What changes how a sign looks, not which it is: joiners, variation selectors, skin tones. */
const JOINERS = /\u200b|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|[\u{1f3fb}-\u{1f3ff}]/gu;
const CUT = /^\s*(?:…|\.\.\.)/u;
const CUT_WORD = /^(?:…|\.\.\.)/u;
const TAG_SIGN = /[#＃]/u;
const NUMBER = /^\p{N}+$/u;
const BEFORE = new Set(["rt"]);
const AFTER = new Set(["via", "source"]);
/** A core of fewer words says too little to be compared alone. */
const CORE_LEAST = 6;

export interface NormalizedText {
  words: string[];
  /** The words of the core: `words` itself where nothing stands around it, or too little would be left. */
  core: string[];
  /** An ellipsis ends the core: its source wrote more. */
  cut: boolean;
  /** Numbers of the core, sorted. */
  numbers: string[];
}

/** Return the words of a text and its core. */
export function normalizeText(text: string): NormalizedText {
  const clean = text.replace(LINK, " ").replace(MENTION, " ").replace(ENTITY, " ").normalize("NFKC").replace(JOINERS, "");
  const spans = tokenize(clean);
  const words = spans.map((span) => span.folded);
  const isTag = (at: number): boolean => TAG_SIGN.test(clean[(spans[at]?.start ?? 0) - 1] ?? "");
  let from = 0;
  let to = words.length;
  while (from < to && (isTag(from) || BEFORE.has(words[from] ?? ""))) from++;
  while (to > from && (isTag(to - 1) || AFTER.has(words[to - 1] ?? ""))) to--;
  const rest = clean.slice(spans[to - 1]?.end ?? 0);
  const cut = to > from && CUT.test(rest);
  if (cut && CUT_WORD.test(rest)) to--;
  const short = to - from < CORE_LEAST;
  const core = short || to - from === words.length ? words : words.slice(from, to);
  return { words, core, cut: cut && !short, numbers: core.filter((word) => NUMBER.test(word)).sort() };
}
