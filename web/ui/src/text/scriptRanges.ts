/**
 * Script tables: the code points of scripts without spaces, of characters that the tokenizer removes inside a word, and of emoji, as parts
 * of a regular expression. They equal the tables of the server's analyser (`pipeline/query/unicode_tables.py`); the tests of both check
 * them against `tests/query/words.json`.
 */

/** Letters of scripts without spaces (Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar). Each letter with its marks is a word. */
export const UNSPACED =
  "\\u2e80-\\u2fd5\\u3005-\\u3007\\u3021-\\u3029\\u3038-\\u303b\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff" +
  "\\u{20000}-\\u{323af}" +
  "\\u3041-\\u3096\\u309d-\\u309f\\u30a1-\\u30fa\\u30fc-\\u30ff\\u31f0-\\u31ff\\u{1aff0}-\\u{1affe}\\u{1b000}-\\u{1b167}" +
  "\\u0e01-\\u0e30\\u0e32\\u0e33\\u0e40-\\u0e46\\u0e81-\\u0eb0\\u0eb2\\u0eb3\\u0ebd-\\u0ec6\\u0edc-\\u0edf" +
  "\\u1780-\\u17b3\\u17d7\\u17dc\\u1000-\\u102a\\u103f\\u1050-\\u1055\\u105a-\\u105d\\u1061\\u1065\\u1066\\u106e-\\u1070" +
  "\\u1075-\\u1081\\u108e\\ua9e0-\\ua9e4\\ua9e6-\\ua9ef\\ua9fa-\\ua9fe\\uaa60-\\uaa76\\uaa7a\\uaa7e\\uaa7f";

/** Characters that the tokenizer removes inside a word: those that are not drawn, tatweel, and the vowel signs of Arabic and Hebrew. */
export const VANISHING =
  "\\u00ad\\u034f\\u061c\\u17b4\\u17b5\\u180b-\\u180f\\u200c-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff" +
  "\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\u0640\\u07fa\\u180a\\u0591-\\u05bd" +
  "\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u064b-\\u0652\\u0656-\\u065f\\u0670\\u06d6-\\u06dc" +
  "\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u0898-\\u089f\\u08ca-\\u08e1\\u08e3-\\u08ff";

/** Characters that are not drawn and separate words: the zero-width space and Hangul's fillers. */
export const INVISIBLE = "\\u115f\\u1160\\u200b\\u3164\\uffa0";

/** Emoji, also those that later versions of Unicode add to the pictograph blocks. Digits and the letters of flags are matched elsewhere. */
export const EMOJI =
  "(?![0-9#*\\u{1f1e6}-\\u{1f1ff}])[\\p{Emoji}\\u{1f300}-\\u{1f64f}\\u{1f680}-\\u{1f6ff}\\u{1f7e0}-\\u{1f7eb}\\u{1f7f0}" +
  "\\u{1f900}-\\u{1f9ff}\\u{1fa70}-\\u{1faff}]";
