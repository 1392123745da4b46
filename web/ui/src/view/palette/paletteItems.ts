/**
 * Palette items: everything that the palette can do now: actions, columns, stored decks, saved and recent searches, and the typed text as a
 * search; ranked by how well their names match what is typed.
 */
import type { Desk } from "../../state/desk";
import { pathOfDeck } from "../../state/deck/deckName";
import { actionWords, columnsWords } from "../../words";
import { focusColumn } from "../actions/columnFocus";
import { PAGE_ACTIONS } from "../actions/pageActions";
import type { DeckSummary } from "../../wire/deckApi";
import { fuzzyScore } from "./fuzzyMatch";

export interface PaletteItem {
  /** Unique among the items. */
  id: string;
  name: string;
  /** Single key of an action. */
  key?: string | undefined;
  run: () => void;
}

/** Items shown at most. */
const SHOWN_MAX = 50;

function items(desk: Desk, decks: readonly DeckSummary[]): PaletteItem[] {
  const { deck, settings } = desk;
  const show = (query: string) => () => desk.navigate({ query });
  const savedQueries = new Set(settings.saved.map(({ query }) => query));
  return [
    ...PAGE_ACTIONS.filter(({ isAvailable }) => isAvailable?.(desk) ?? true)
      .map(({ name, key, run }) => ({ id: `action-${name}`, name: actionWords.ACTION_NAMES[name], key, run: () => run(desk) })),
    ...(deck.isAlone ? [] : deck.columns.map((column, at) => ({ id: `column-${at}`, name: actionWords.paletteColumn(columnsWords.nameOf(column.spec)), run: () => {
      deck.select(column);
      focusColumn(column);
    } }))),
    ...decks.filter(({ id }) => id !== desk.keeper.id).map(({ id, title }) => ({ id: `deck-${id}`, name: actionWords.paletteDeck(title || id), run: () => location.assign(pathOfDeck(id)) })),
    ...settings.saved.map(({ query, order }, at) => ({ id: `saved-${at}`, name: actionWords.paletteSaved(query), run: () => desk.navigate({ query, order }) })),
    ...settings.recent.filter((query) => !savedQueries.has(query)).map((query, at) => ({ id: `recent-${at}`, name: actionWords.paletteRecent(query), run: show(query) })),
  ];
}

/** Return the items whose names match the typed text, the best first; behind them the typed text as a search. */
export function matchingItems(desk: Desk, decks: readonly DeckSummary[], typed: string): PaletteItem[] {
  const text = typed.trim();
  const scored = items(desk, decks).map((item) => ({ item, score: fuzzyScore(text, item.name) }));
  const matches = scored.filter((one): one is { item: PaletteItem; score: number } => one.score !== null);
  if (text) matches.sort((a, b) => b.score - a.score);
  const found = matches.slice(0, SHOWN_MAX).map(({ item }) => item);
  if (!text) return found;
  return [
    ...found,
    { id: "search", name: actionWords.paletteSearchFor(text), run: () => desk.navigate({ query: text }) },
    { id: "search-new", name: actionWords.paletteNewColumn(text), run: () => void desk.deck.add({ query: text }) },
  ];
}
