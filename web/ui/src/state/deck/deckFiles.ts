/** Deck files: puts what a file holds on the page, a deck in place of the columns, or saved searches beside those that are there. */
import { savedDeckWords } from "../../words";
import { LIST_MAX, type Settings } from "../page/settings";
import type { ColumnSpec } from "../columnSpec";
import type { DeckDocument, SavedSearch } from "./deckDocument";

/** Parts of the page that a file changes; `Desk` has them. */
export interface FilledPage {
  readonly settings: Settings;
  readonly deck: { show(specs: readonly ColumnSpec[]): void; pushHistory(): void };
  updateSettings(change: Partial<Settings>): void;
  showToast(text: string): void;
}

/** Show the columns of a file. In a stored deck they are unsaved; back returns to the former ones. */
export function showDeckFile(page: FilledPage, { columns }: DeckDocument): void {
  page.deck.show(columns);
  page.deck.pushHistory();
  page.showToast(savedDeckWords.toastOpened(columns.length));
}

/** Add saved searches that are not there yet, up to the number that is kept. */
export function addSearches(page: FilledPage, searches: readonly SavedSearch[]): void {
  const { saved } = page.settings;
  const keyOf = ({ query, order }: SavedSearch): string => `${order} ${query}`;
  const known = new Set(saved.map(keyOf));
  const added = searches.filter((one) => !known.has(keyOf(one)) && known.add(keyOf(one))).slice(0, Math.max(0, LIST_MAX - saved.length));
  if (added.length) page.updateSettings({ saved: [...saved, ...added] });
  page.showToast(savedDeckWords.toastImported(added.length));
}
