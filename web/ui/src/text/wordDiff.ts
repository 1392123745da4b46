/**
 * Word difference: what was taken out of a text and what was put in, by words, spaces and signs. Equal beginnings and ends are set aside
 * first; what is left is compared exactly up to a bound, and as a whole beyond it.
 */

export interface DiffPart {
  kind: "same" | "removed" | "added";
  text: string;
}

/** Pieces of each text that are compared one by one. */
const PIECES_MAX = 1_500;
const PIECE = /[\p{L}\p{M}\p{N}_]+|\s+|[^\p{L}\p{M}\p{N}_\s]/gu;

/** Return the parts that lead from one text to another. The same and removed ones joined are the first text, the same and added the second. */
export function wordDiff(before: string, after: string): DiffPart[] {
  const [a, b] = [before.match(PIECE) ?? [], after.match(PIECE) ?? []];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const parts: DiffPart[] = [];
  put(parts, "same", a.slice(0, start));
  between(parts, a.slice(start, a.length - end), b.slice(start, b.length - end));
  put(parts, "same", a.slice(a.length - end));
  return parts;
}

function put(parts: DiffPart[], kind: DiffPart["kind"], pieces: readonly string[]): void {
  if (!pieces.length) return;
  const last = parts.at(-1);
  if (last?.kind === kind) last.text += pieces.join("");
  else parts.push({ kind, text: pieces.join("") });
}

/** Put the difference of two lists of pieces, by their longest common subsequence. */
function between(parts: DiffPart[], a: readonly string[], b: readonly string[]): void {
  if (!a.length || !b.length || a.length > PIECES_MAX || b.length > PIECES_MAX) {
    put(parts, "removed", a);
    put(parts, "added", b);
    return;
  }
  const width = b.length + 1;
  // common[i * width + j]: pieces that a from i on and b from j on have in common.
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? (common[(i + 1) * width + j + 1] as number) + 1
        : Math.max(common[(i + 1) * width + j] as number, common[i * width + j + 1] as number);
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      put(parts, "same", [a[i++] as string]);
      j++;
    } else if (j >= b.length || (i < a.length && (common[(i + 1) * width + j] as number) >= (common[i * width + j + 1] as number))) put(parts, "removed", [a[i++] as string]);
    else put(parts, "added", [b[j++] as string]);
  }
}
