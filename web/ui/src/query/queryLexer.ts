/**
 * Query lexer: cuts a search into pieces (words, quotes, operators, values, parentheses), so that the search box can colour them and the
 * query editor can find its parts. Every character stays in a piece, also in a search with errors: only the server parses a search and
 * reports its errors.
 */

export interface Piece {
  kind: "space" | "word" | "not" | "and-or" | "paren" | "operator" | "value" | "quote" | "tag" | "link";
  text: string;
  start: number;
}

/** Quotes, each opening one with its closing ones, as in the server's `pipeline/query/syntax/typed_signs.py`. */
const QUOTES: Record<string, string> = {
  '"': '"＂', "＂": '＂"', "“": '”“"', "”": '”"', "„": '“”"', "‟": '”"', "«": "»", "»": "«»", "‹": "›", "›": "‹›", "「": "」", "『": "』", "｢": "｣",
  "﹁": "﹂", "﹃": "﹄", "《": "》", "〈": "〉", "〝": "〞〟", "❝": "❞", "״": '״"',
};
/** Characters that end a word: quotes and parentheses, but for those that stand inside words (12”, צה״ל). */
const ENDS = `${Object.entries(QUOTES).flat().join("").replace(/[”״]/gu, "")}()（）﹙﹚︵︶`;
const DASHES = "\\-－﹣−‐‑‒–—―";
const WORD = `[^\\s${ENDS}]`;
const QUOTED = Object.entries(QUOTES).map(([opening, closing]) => `${opening}(?:\\\\.|[^${closing}\\\\])*[${closing}]?`).join("|");
const LINK_START = "https?://|www\\.(?=[^\\s.]+\\.)|(?:[\\p{L}\\p{N}-]+\\.)+\\p{L}{2,}(?::\\d+)?/";

const RULES: [Piece["kind"], RegExp][] = [
  ["space", /\s+/uy],
  ["paren", /[()（）﹙﹚︵︶]/uy],
  ["quote", new RegExp(`(?:${QUOTED})(?:[~～〜˜∼⁓]\\d*)?`, "uy")],
  ["and-or", new RegExp(`(?:AND|OR|NOT|ＡＮＤ|ＯＲ|ＮＯＴ)(?=[\\s${ENDS}]|$)`, "uy")],
  ["link", new RegExp(`(?:${LINK_START})(?:${WORD}|\\(${WORD}*\\))*`, "iuy")],
  ["not", new RegExp(`[${DASHES}](?=\\S)`, "uy")],
  ["operator", /[A-Za-z_Ａ-Ｚａ-ｚ]+[:：﹕︓∶꞉](?=\S|$)/uy],
  ["tag", new RegExp(`[#@$＃＠＄﹟﹫﹩]${WORD}+`, "uy")],
  ["word", new RegExp(`${WORD}+`, "uy")],
];

/** Return the pieces of a search in order. Their texts joined are the search. */
export function piecesOf(query: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < query.length) {
    const start = at;
    for (const [kind, rule] of RULES) {
      rule.lastIndex = at;
      const match = rule.exec(query);
      if (!match) continue;
      const afterOperator = pieces.at(-1)?.kind === "operator";
      const shown = afterOperator && (kind === "word" || kind === "tag" || kind === "link") ? "value" : kind;
      pieces.push({ kind: shown, text: match[0], start });
      at = rule.lastIndex;
      break;
    }
    // A closing quote without its opening one.
    if (at === start) pieces.push({ kind: "quote", text: query.charAt(at++), start });
  }
  return pieces;
}
