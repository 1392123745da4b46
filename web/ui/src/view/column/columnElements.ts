/**
 * Column elements: the ids of a column's list and title in the document, and the elements themselves. Those of the selected column are
 * `list` and `column-title`: skip links, keys and the focus fallback then need no column.
 */
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";

export function listIdOf(desk: Desk, column: Column): string {
  return column === desk.column ? "list" : `list-${column.id}`;
}

export function titleIdOf(desk: Desk, column: Column): string {
  return column === desk.column ? "column-title" : `title-${column.id}`;
}

/** Return the list of a column in the document; null while the column is collapsed. */
export function listOf(column: Column): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-column="${column.id}"] .feed-place > :is(.feed, .empty)`);
}

/** Return the first card of a list that a reader sees at least in part; undefined in an empty list. */
export function firstCardSeen(list: HTMLElement): HTMLElement | undefined {
  const { top } = list.getBoundingClientRect();
  return [...list.querySelectorAll<HTMLElement>("article")].find((card) => card.getBoundingClientRect().bottom > top);
}

/** Return the column in the document. */
export function columnElementOf(column: Column): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-column="${column.id}"]`);
}
