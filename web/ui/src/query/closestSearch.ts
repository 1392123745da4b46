/** The closest shorter search that finds some, where a search finds none. Asks how many each finds, and never more than eight times. */
import { excludes, topParts } from "./editQuery";

export interface ClosestSearch {
  query: string;
  total: number;
}

/** Return how many posts a search finds. */
export type CountMatches = (query: string) => Promise<number>;

const COUNTS_MAX = 8;

/** Return the sides of an OR at the top; a search without one is one side. */
function sidesOf(query: string): string[][] {
  const sides: string[][] = [[]];
  for (const part of topParts(query)) {
    if (part === "OR") sides.push([]);
    else sides.at(-1)?.push(part);
  }
  const only = sides.length === 1 && sides[0]?.length === 1 ? sides[0][0] : undefined;
  return only?.startsWith("(") && only.endsWith(")") ? sidesOf(only.slice(1, -1)) : sides;
}

/** Return the shorter search that finds fewest of those with one part less, else one with as many parts as find any; null for none. */
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
    // Beyond four parts, leaving out each in turn would leave too few questions for the search for more.
    const one = parts.length < 2 || parts.length > COUNTS_MAX / 2 ? [] : parts.map((_, out) => parts.filter((_part, index) => index !== out));
    const found = (await Promise.all(one.map(ask))).filter((each) => each !== null).sort((a, b) => a.total - b.total)[0];
    if (found) return found;
    const most = parts.length > 2 ? await grown(parts, ask) : null;
    if (most) return most;
  }
  return null;
}

/** Take part by part what finds some together with those before it: an exclusion cannot stand first. */
async function grown(parts: readonly string[], ask: (parts: readonly string[]) => Promise<ClosestSearch | null>): Promise<ClosestSearch | null> {
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
