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

const RULES: [Piece["kind"], RegExp][] = [
  ["space", /\s+/uy],
  ["paren", /[()]/uy],
  ["quote", /(?:"(?:\\.|[^"\\])*"?|“(?:\\.|[^“”"\\])*[“”"]?|„(?:\\.|[^“”"\\])*[“”"]?)(?:~\d*)?/uy],
  ["and-or", /(?:AND|OR|NOT)(?=[\s()"]|$)/uy],
  ["link", /https?:\/\/(?:[^\s()"]|\([^\s()"]*\))+/uy],
  ["not", /-(?=\S)/uy],
  ["operator", /[A-Za-z_]+:(?=\S|$)/uy],
  ["tag", /[#@$][^\s()"]+/uy],
  ["word", /[^\s()"]+/uy],
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
    if (at === start) at++;
  }
  return pieces;
}
