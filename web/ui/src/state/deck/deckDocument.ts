/**
 * Deck document: title and columns of a deck as data, and its JSON as it is kept on the server and written to files; also the file of saved
 * searches. Reading checks the whole text and says in one sentence what is wrong.
 */
import { ORDERS } from "../../posts/ranking";
import { savedDeckWords } from "../../words";
import { oneLine } from "../../text/shortText";
import type { WireDeck } from "../../wire/deckApi";
import { type ColumnSpec, isColumnId, specFromValue, specOfAll } from "../columnSpec";
import { LIST_MAX, type Settings } from "../page/settings";
import { COLUMNS_MAX } from "./deckAddress";

export const DECK_VERSION = 1;
/** Characters of a file that is read at most; a deck has at most 64 kB on the server. */
export const FILE_MAX_LENGTH = 256 * 1024;
/** Characters of the title of a deck at most. */
export const DECK_TITLE_MAX_LENGTH = 100;

export interface DeckDocument {
  readonly title: string;
  readonly columns: readonly ColumnSpec[];
}

export type SavedSearch = Settings["saved"][number];

/** Content of a file: a deck, saved searches, or a sentence that says why it is neither. */
export type FileContent = { readonly deck: DeckDocument } | { readonly searches: SavedSearch[] } | { readonly fault: string };

/** Return a deck as the server and files have it. */
export function wireDeckOf({ title, columns }: DeckDocument): WireDeck {
  return { version: DECK_VERSION, title, columns: [...columns] };
}

/** Return the deck that the server sent. Columns that this page cannot read are left out; without any there is one of all posts. */
export function deckOf({ title, columns }: WireDeck, settings: Settings): DeckDocument {
  const found = new Map<string, ColumnSpec>();
  for (const value of columns.slice(0, COLUMNS_MAX)) {
    const spec = specFromValue(value, specOfAll("", settings));
    if (spec.id && !found.has(spec.id)) found.set(spec.id, spec);
  }
  return { title, columns: found.size ? [...found.values()] : [specOfAll("a", settings)] };
}

/** Return the text of a deck's file. */
export function deckFile(deck: DeckDocument): string {
  return `${JSON.stringify(wireDeckOf(deck), null, 2)}\n`;
}

/** Return the text of a file of saved searches. */
export function searchesFile(searches: readonly SavedSearch[]): string {
  return `${JSON.stringify({ version: DECK_VERSION, searches }, null, 2)}\n`;
}

/** Return a title as one line, cut to `DECK_TITLE_MAX_LENGTH` code points. */
export function cleanDeckTitle(title: string): string {
  return oneLine(title, DECK_TITLE_MAX_LENGTH);
}

/** Return what the text of a file holds. */
export function readFile(text: string, settings: Settings): FileContent {
  if (text.length > FILE_MAX_LENGTH) return { fault: savedDeckWords.file.tooLarge };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: savedDeckWords.file.noJson };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { fault: savedDeckWords.file.noDeck };
  const { version, title, columns, searches } = value as Record<string, unknown>;
  if (columns === undefined && searches === undefined) return { fault: savedDeckWords.file.noDeck };
  if (version !== DECK_VERSION) return { fault: savedDeckWords.file.version(DECK_VERSION) };
  if (columns === undefined) return readSearches(searches);
  if (title !== undefined && typeof title !== "string") return { fault: savedDeckWords.file.title };
  if (!Array.isArray(columns) || !columns.length) return { fault: savedDeckWords.file.noColumns };
  if (columns.length > COLUMNS_MAX) return { fault: savedDeckWords.file.tooManyColumns(COLUMNS_MAX) };
  const fault = firstFault(columns);
  return fault === null ? { deck: deckOf({ version, title: cleanDeckTitle(title ?? ""), columns }, settings) } : { fault };
}

/** Return what is wrong with the first column that is wrong, null if all are right. */
function firstFault(columns: readonly unknown[]): string | null {
  const ids = new Set<string>();
  for (const [at, value] of columns.entries()) {
    if (typeof value !== "object" || value === null) return savedDeckWords.file.columnNoObject(at + 1);
    const { id, query, order } = value as Record<string, unknown>;
    if (!isColumnId(id)) return savedDeckWords.file.columnId(at + 1);
    if (ids.has(id)) return savedDeckWords.file.columnTwice(at + 1, id);
    if (typeof query !== "string" || !query.trim()) return savedDeckWords.file.columnQuery(at + 1);
    if (order !== undefined && !(ORDERS as readonly unknown[]).includes(order)) return savedDeckWords.file.columnOrder(at + 1);
    ids.add(id);
  }
  return null;
}

function readSearches(value: unknown): FileContent {
  if (!Array.isArray(value) || value.length > LIST_MAX) return { fault: savedDeckWords.file.searches(LIST_MAX) };
  const searches: SavedSearch[] = [];
  for (const [at, one] of (value as unknown[]).entries()) {
    const { query, order = "latest" } = (typeof one === "object" && one !== null ? one : {}) as Record<string, unknown>;
    if (typeof query !== "string" || !query.trim() || !(ORDERS as readonly unknown[]).includes(order)) return { fault: savedDeckWords.file.search(at + 1) };
    searches.push({ query, order: order as SavedSearch["order"] });
  }
  return { searches };
}
