/**
 * Keyboard shortcuts: single keys (listed in the help dialog) that search, move from post to post and from column to column, pause, undo and
 * open parts of the page,
 * and the keys that leave the list or close the drawer. The reader can switch the single keys off; they do nothing while the focus is in a
 * text field or a dialog is open. The actions "press Live" and "show the newest posts" serve buttons as well.
 */
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { columnElementOf, listOf } from "../column/columnElements";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));
}

/** Return the first post whose top edge is in the viewport, or else the post that fills it. Posts above the viewport are drawn too. */
function firstSeen(posts: readonly HTMLElement[]): HTMLElement | undefined {
  const top = document.getElementById("list")?.getBoundingClientRect().top ?? 0;
  return posts.find((post) => post.getBoundingClientRect().top >= top - 1) ?? posts.findLast((post) => post.getBoundingClientRect().top < top);
}

/** Move the focus out of the list, as the ARIA feed pattern has it: Ctrl+End to the panel after the list, Ctrl+Home to the orders before it. */
function leaveList(key: string, desk: Desk): boolean {
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

export function listenForKeys(desk: Desk): () => void {
  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const { target } = event;
    const within = (selector: string): boolean => target instanceof Element && target.closest(selector) !== null;
    if (event.key === "Escape" && desk.panel.drawer && !desk.dialog) return desk.panel.toggle();
    if (event.ctrlKey && (event.key === "End" || event.key === "Home") && within("#list") && leaveList(event.key, desk)) event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || !desk.settings.keys || desk.dialog) return;
    switch (event.key) {
      case "/":
        document.getElementById("search")?.focus();
        break;
      case "j":
        movePost(1);
        break;
      case "k":
        movePost(-1);
        break;
      case ".":
        showNewest(desk);
        break;
      case "m":
        desk.reading.markRead(desk.column);
        break;
      case "b":
        desk.reading.goBack(desk.column);
        break;
      case " ":
        // The space bar presses or scrolls the focused element.
        if (within("button, a, summary, [tabindex]")) return;
        pressLive(desk);
        break;
      case "n":
        addColumn(desk);
        break;
      case "[":
      case "]":
        focusColumn(desk.deck.selectBy(event.key === "[" ? -1 : 1));
        break;
      case "i":
        desk.panel.toggle(true);
        break;
      case "s":
        desk.openDialog("saved");
        break;
      case "u":
        desk.undo();
        break;
      case "?":
        desk.openDialog("help");
        break;
      default:
        return;
    }
    event.preventDefault();
  }
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

/**
 * Pause or resume the list: the action of the Live button. A paused list resumes at its top, because elsewhere it would move under the
 * reader. `was`: the state when the button was pressed down.
 */
export function pressLive(desk: Desk, column = desk.column, was = column.run.state): void {
  if (was === "paused") showNewest(desk, column);
  else desk.list.toggleLive(column);
}

/** Scroll to the top of a list and resume it; leave a chosen time. */
export function showNewest(desk: Desk, column = desk.column): void {
  const list = listOf(column);
  if (list && list.scrollTop > list.clientHeight / 2) {
    const top = list.getBoundingClientRect().top;
    const card = [...list.querySelectorAll<HTMLElement>("article")].find((one) => one.getBoundingClientRect().bottom > top);
    if (card?.dataset.id) desk.reading.leave(column, card.dataset.id, card.getBoundingClientRect().top - top);
  }
  if (document.activeElement instanceof HTMLElement && list?.contains(document.activeElement)) document.activeElement.blur();
  list?.scrollTo({ top: 0 });
  if (column.run.isPast) desk.navigate({ from: null, to: null }, column);
  else desk.list.resume(column.run);
}

/** Add a column, and give the focus to the search box, where the reader types its search. */
export function addColumn(desk: Desk): void {
  if (!desk.deck.add()) return;
  const box = document.getElementById("search");
  if (box instanceof HTMLInputElement) box.focus();
}

/** Give the focus to the list of a column once it is drawn, so that keys act on it. */
export function focusColumn(column: Column): void {
  requestAnimationFrame(() => requestAnimationFrame(() => listOf(column)?.focus({ preventScroll: true })));
}
