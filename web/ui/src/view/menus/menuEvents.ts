/**
 * Menu events: opens the menu of a card by Enter on it, and the menu of a word by a right click, a long press or the menu key. The word is the
 * one under the pointer in a text, or that of a link or of the cloud. With Shift, and on a selected text, the browser's own menu opens.
 */
import type { Card } from "../../posts/cardIndex";
import { termOf } from "../../query/editQuery";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import type { MenuPlace } from "../../state/menus/menuState";
import { tokenize } from "../../text/tokenizer";

/** Milliseconds that a finger rests on a word before its menu opens, where the browser has no event for that. */
const LONG_PRESS_MS = 550;
/** Pixels that a resting finger may move. */
const LONG_PRESS_PX = 10;

interface WordAt {
  term: string;
  text: string;
}

/** Open a menu for a word or card where the pointer or the focus is. */
export function listenForMenus(desk: Desk): () => void {
  let press: ReturnType<typeof setTimeout> | undefined;
  let pressedAt: MenuPlace = { x: 0, y: 0 };
  let byFinger = false;
  /** Whether a long press opened a menu. The click that follows when the finger is lifted does nothing then. */
  let opened = false;

  function openByFinger(target: Element): boolean {
    opened = openWordMenu(desk, target, pressedAt);
    // A long press also selects the word. The menu copies it.
    if (opened) document.getSelection()?.removeAllRanges();
    return opened;
  }

  function onContextMenu(event: MouseEvent): void {
    clearTimeout(press);
    if (event.shiftKey || !(event.target instanceof Element)) return;
    if (byFinger) {
      if (openByFinger(event.target)) event.preventDefault();
      return;
    }
    if ((document.getSelection()?.toString() ?? "") !== "") return;
    if (openWordMenu(desk, event.target, { x: event.clientX, y: event.clientY })) event.preventDefault();
  }

  function onPointerDown(event: PointerEvent): void {
    clearTimeout(press);
    const { target } = event;
    [byFinger, opened] = [event.pointerType !== "mouse", false];
    if (event.pointerType === "mouse" || !event.isPrimary || !(target instanceof Element)) return;
    pressedAt = { x: event.clientX, y: event.clientY };
    press = setTimeout(() => openByFinger(target), LONG_PRESS_MS);
  }

  function onClick(event: Event): void {
    if (!opened) return;
    opened = false;
    event.preventDefault();
    event.stopPropagation();
  }

  function onPointerMove({ clientX, clientY }: PointerEvent): void {
    if (Math.hypot(clientX - pressedAt.x, clientY - pressedAt.y) > LONG_PRESS_PX) clearTimeout(press);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const { target } = event;
    if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!(target instanceof HTMLElement) || !target.matches("article.card")) return;
    const { left, top } = target.getBoundingClientRect();
    if (openCardMenu(desk, target, { x: left + 16, y: Math.max(0, top) + 16 })) event.preventDefault();
  }

  function onMenuKey(event: KeyboardEvent): void {
    if (event.key === "ContextMenu" || event.key === "F10") byFinger = false;
  }

  const stop = (): void => clearTimeout(press);
  const listeners: [string, (event: never) => void][] = [
    ["contextmenu", onContextMenu], ["pointerdown", onPointerDown], ["pointermove", onPointerMove], ["pointerup", stop], ["pointercancel", stop],
    ["keydown", onKeyDown], ["keydown", onMenuKey],
  ];
  for (const [name, listener] of listeners) document.addEventListener(name, listener as EventListener);
  document.addEventListener("click", onClick, true);
  return () => {
    stop();
    for (const [name, listener] of listeners) document.removeEventListener(name, listener as EventListener);
    document.removeEventListener("click", onClick, true);
  };
}

/** Open the menu of a card that holds an element. Return whether there is one. */
export function openCardMenu(desk: Desk, element: Element, place: MenuPlace): boolean {
  const found = cardOf(desk, element);
  if (!found) return false;
  desk.posts.menus.open({ kind: "card", ...found }, place);
  return true;
}

function columnOf(desk: Desk, element: Element): Column {
  const id = element.closest<HTMLElement>("[data-column]")?.dataset.column;
  return desk.columns.find((column) => column.id === id) ?? desk.column;
}

function cardOf(desk: Desk, element: Element): { column: Column; card: Card } | null {
  const id = element.closest<HTMLElement>("article.card")?.dataset.id;
  const column = columnOf(desk, element);
  const card = id === undefined ? undefined : column.run.cardIndex.cards.get(id);
  return card ? { column, card } : null;
}

function openWordMenu(desk: Desk, element: Element, place: MenuPlace): boolean {
  const found = wordAt(desk, element, place);
  if (!found) return false;
  // The menu key has no pointer: the menu opens at its word.
  const { left, bottom } = element.getBoundingClientRect();
  const at = place.x || place.y ? place : { x: left, y: bottom };
  desk.posts.menus.open({ kind: "word", column: columnOf(desk, element), ...found }, at);
  return true;
}

/** Return the word at an element: of a link or the cloud, or of a card's text under the pointer. */
function wordAt(desk: Desk, element: Element, { x, y }: MenuPlace): WordAt | null {
  const link = element.closest<HTMLElement>("[data-term]");
  if (link?.dataset.term) return { term: link.dataset.term, text: textOfLink(link) };
  if (element instanceof SVGTextElement && element.closest(".cloud-box")) return { term: desk.insight.termOfWord(element.textContent), text: element.textContent };
  if (!element.closest("article.card .text") || element.closest("a, button")) return null;
  const place = caretAt(x, y);
  return place ? wordInText(place.text, place.offset) : null;
}

/** Return the text of a link. A text with marked words splits a tag or handle into several links of one term, side by side. */
export function textOfLink(link: HTMLElement): string {
  const isSame = (node: Node | null): node is HTMLElement => node instanceof HTMLElement && node.dataset.term === link.dataset.term;
  let text = link.textContent;
  for (let before = link.previousSibling; isSame(before); before = before.previousSibling) text = before.textContent + text;
  for (let after = link.nextSibling; isSame(after); after = after.nextSibling) text += after.textContent;
  return text.trim();
}

function wordOf(text: string): WordAt {
  return { term: termOf("word", text), text };
}

/** Return the word of a text at an offset; null between words. */
export function wordInText(text: string, offset: number): WordAt | null {
  const span = tokenize(text).find(({ start, end }) => start <= offset && offset < end);
  return span ? wordOf(text.slice(span.start, span.end)) : null;
}

/** Return the text node and the offset under a point. Browsers differ in the name of the function. */
function caretAt(x: number, y: number): { text: string; offset: number } | null {
  if ("caretPositionFromPoint" in document) {
    const place = document.caretPositionFromPoint(x, y);
    return place?.offsetNode instanceof Text ? { text: place.offsetNode.data, offset: place.offset } : null;
  }
  const { caretRangeFromPoint } = document as { caretRangeFromPoint?: (x: number, y: number) => Range | null };
  const range = caretRangeFromPoint?.call(document, x, y);
  return range?.startContainer instanceof Text ? { text: range.startContainer.data, offset: range.startOffset } : null;
}
