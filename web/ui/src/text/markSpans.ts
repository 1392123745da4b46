/**
 * Marked spans: cuts a text into parts that are marked or not, by spans in code points as the server gives them. Spans may overlap, and may
 * reach beyond the text.
 */

export interface MarkedPart {
  text: string;
  marked: boolean;
}

/** Return the places of the parts of a search that a post has. */
export function matchedSpans(parts: readonly { matched: boolean; spans: [number, number][] }[]): [number, number][] {
  return parts.filter(({ matched }) => matched).flatMap(({ spans }) => spans);
}

/** Return the parts of a text in order. Their texts joined are the text. */
export function markSpans(text: string, spans: readonly (readonly [number, number])[]): MarkedPart[] {
  const characters = [...text];
  const marked = new Array<boolean>(characters.length).fill(false);
  for (const [start, end] of spans) marked.fill(true, Math.max(0, start), Math.max(0, end));
  const parts: MarkedPart[] = [];
  for (const [at, character] of characters.entries()) {
    const last = parts.at(-1);
    if (last && last.marked === marked[at]) last.text += character;
    else parts.push({ text: character, marked: marked[at] === true });
  }
  return parts;
}
