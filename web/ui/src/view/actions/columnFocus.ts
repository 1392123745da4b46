/**
 * Actions that move the focus or the list of a column: from post to post, to the newest posts, to the search box, to a new column, out of
 * the list. Buttons, keys and the palette share them.
 */
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { columnElementOf, firstCardSeen, listOf } from "../column/columnElements";

/** Return the first post whose top edge is in the viewport, or else the post that fills it. Posts above the viewport are drawn too. */
function firstSeen(posts: readonly HTMLElement[]): HTMLElement | undefined {
  const top = document.getElementById("list")?.getBoundingClientRect().top ?? 0;
  return posts.find((post) => post.getBoundingClientRect().top >= top - 1) ?? posts.findLast((post) => post.getBoundingClientRect().top < top);
}

/** Move the focus out of the list, as the ARIA feed pattern has it: Ctrl+End to the panel after the list, Ctrl+Home to the orders before it. */
export function leaveList(key: string, desk: Desk): boolean {
  const next = key === "End" ? document.querySelector<HTMLElement>("#panel, #views")
    : columnElementOf(desk.column)?.querySelector<HTMLElement>(".orders [aria-pressed=true]") ?? null;
  next?.focus();
  return next !== null && next === document.activeElement;
}

/** Move the focus by a number of posts; return false where the list is empty. */
export function movePost(step: number): boolean {
  const posts = [...document.querySelectorAll<HTMLElement>("#list article")];
  if (!posts.length) return false;
  const at = posts.findIndex((post) => post.contains(document.activeElement));
  const next = at < 0 ? firstSeen(posts) : posts[Math.min(posts.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

/**
 * Pause or resume the list: the action of the Live button. A paused list resumes at its top, because elsewhere it would move under the
 * reader. `was`: the state when the button was pressed down.
 */
export function pressLive(desk: Desk, column = desk.column, was = column.run.state): void {
  if (was === "paused") showNewest(desk, column);
  else desk.list.toggleLive(column);
}

/** Scroll to the top of a list and resume it; leave a chosen time. A focus in a post moves to the list, where keys still act. */
export function showNewest(desk: Desk, column = desk.column): void {
  const list = listOf(column);
  if (list && list.scrollTop > list.clientHeight / 2) rememberPlace(desk, column, list);
  if (list && list !== document.activeElement && list.contains(document.activeElement)) list.focus({ preventScroll: true });
  list?.scrollTo({ top: 0 });
  if (column.run.isPast) desk.navigate({ from: null, to: null }, column);
  else desk.list.resume(column.run);
}

/** Note the first post that a reader sees of a list, so that the reader can go back to it. */
function rememberPlace(desk: Desk, column: Column, list: HTMLElement): void {
  const { top } = list.getBoundingClientRect();
  const card = firstCardSeen(list);
  if (card?.dataset.id) desk.reading.leave(column, card.dataset.id, card.getBoundingClientRect().top - top);
}

export function focusSearch(): void {
  document.getElementById("search")?.focus();
}

/** Add a column, and give the focus to the search box, where the reader types its search. */
export function addColumn(desk: Desk): void {
  if (desk.deck.add()) focusSearch();
}

/** Give the focus to the list of a column once it is drawn, so that keys act on it. */
export function focusColumn(column: Column): void {
  requestAnimationFrame(() => requestAnimationFrame(() => listOf(column)?.focus({ preventScroll: true })));
}
