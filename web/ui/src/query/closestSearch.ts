/**
 * Closest search: finds a shorter search that has matches, for a search that has none. It leaves out one part of the search, or else adds
 * part to part for as long as there are matches, each side of an OR by itself. A function of the caller counts the matches, of at most
 * eight searches.
 */
import { excludes, topParts } from "./editQuery";

export interface ClosestSearch {
  query: string;
  total: number;
}

/** Counts the matches of a search. */
export type CountMatches = (query: string) => Promise<number>;

/** Searches that are counted at most. */
const COUNTS_MAX = 8;

/** Return the sides of an OR at the top level, each as its parts. A search without an OR has one side. */
function sidesOf(query: string): string[][] {
  const sides: string[][] = [[]];
  for (const part of topParts(query)) {
    if (part === "OR") sides.push([]);
    else sides.at(-1)?.push(part);
  }
  const only = sides.length === 1 && sides[0]?.length === 1 ? sides[0][0] : undefined;
  return only?.startsWith("(") && only.endsWith(")") ? sidesOf(only.slice(1, -1)) : sides;
}

/**
 * Return the closest search, or null where none has matches. First the searches with one part less are counted, and the one with the
 * fewest matches wins. Else parts are added one by one for as long as the search has matches.
 */
export async function findClosestSearch(query: string, count: CountMatches): Promise<ClosestSearch | null> {
  const none = new Set<string>();
  let left = COUNTS_MAX;
  const ask = async (parts: readonly string[]): Promise<ClosestSearch | null> => {
    const text = parts.join(" ");
    if (parts.every(excludes) || none.has(text) || left <= 0) return null;
    left--;
    const total = await count(text);
    if (total > 0) return { query: text, total };
    none.add(text);
    return null;
  };
  for (const parts of sidesOf(query)) {
    // With more than four parts, leaving out each in turn would use up the counts that `growParts` needs.
    const shorter = parts.length < 2 || parts.length > COUNTS_MAX / 2 ? [] : parts.map((_, out) => parts.filter((_part, index) => index !== out));
    const found = (await Promise.all(shorter.map(ask))).filter((each) => each !== null).sort((a, b) => a.total - b.total)[0];
    if (found) return found;
    const most = parts.length > 2 ? await growParts(parts, ask) : null;
    if (most) return most;
  }
  return null;
}

/** Add each part that still has matches together with the parts before it. Exclusions come last, because a search cannot begin with one. */
async function growParts(parts: readonly string[], ask: (parts: readonly string[]) => Promise<ClosestSearch | null>): Promise<ClosestSearch | null> {
  const taken = new Set<string>();
  let best: ClosestSearch | null = null;
  for (const part of [...parts.filter((one) => !excludes(one)), ...parts.filter(excludes)]) {
    if (taken.size === parts.length - 1) break;
    const found = await ask(parts.filter((one) => one === part || taken.has(one)));
    if (!found) continue;
    taken.add(part);
    best = found;
  }
  return best;
}
