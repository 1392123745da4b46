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

/** Characters that the tokenizer removes inside a word: soft hyphen, ZWNJ, ZWJ and variation selectors. */
export const VANISHING = "\\u00ad\\u200c\\u200d\\ufe00-\\ufe0f\\u180b-\\u180d\\u180f\\u{e0100}-\\u{e01ef}";

/** Emoji, also those that later versions of Unicode add to the pictograph blocks. Digits and the letters of flags are matched elsewhere. */
export const EMOJI =
  "(?![0-9#*\\u{1f1e6}-\\u{1f1ff}])[\\p{Emoji}\\u{1f300}-\\u{1f64f}\\u{1f680}-\\u{1f6ff}\\u{1f7e0}-\\u{1f7eb}\\u{1f7f0}" +
  "\\u{1f900}-\\u{1f9ff}\\u{1fa70}-\\u{1faff}]";
