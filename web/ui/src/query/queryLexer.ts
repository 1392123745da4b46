/** Cuts a search into coloured pieces as it is typed. The server parses; this only draws, and never says what is wrong. */

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

/** Return the pieces of a search; joined they are the search again. */
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
