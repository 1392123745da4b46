/** Read storage: keeps, over a reload, the posts that were read although their number is above the marker, by column. Bounded. */
const KEY = "murmuration-read";
/** Columns whose posts are kept. */
const COLUMNS_MAX = 50;

type Stored = Record<string, [string, number][]>;

function load(): Stored {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Stored : {};
  } catch {
    return {};
  }
}

const isEntry = (one: unknown): one is [string, number] => Array.isArray(one) && typeof one[0] === "string" && typeof one[1] === "number";

/** Return the posts of a column with their numbers. */
export function loadReadAbove(columnId: string): [string, number][] {
  const stored: unknown = load()[columnId];
  return Array.isArray(stored) ? stored.filter(isEntry) : [];
}

/** Keep the posts of a column; without any, forget the column. */
export function saveReadAbove(columnId: string, posts: ReadonlyMap<string, number>): void {
  const { [columnId]: before, ...others } = load();
  if (!posts.size && !before) return;
  const kept: Stored = posts.size ? { ...others, [columnId]: [...posts] } : others;
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(kept).slice(-COLUMNS_MAX))));
  } catch {
    // With a full or forbidden storage it holds for this page only.
  }
}
