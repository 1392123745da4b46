/**
 * Deck: draws the columns side by side, scrolled sideways if they do not fit, and knows which of them are on the screen. A newly selected
 * column is scrolled into view; a column that is moved keeps its place in the list and the focus. On a phone one column fills the screen,
 * and the one that a swipe brings is selected.
 */
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { columnsWords, menuWords } from "../../words";
import { ColumnSlot } from "../column/ColumnSlot";
import { columnElementOf } from "../column/columnElements";
import { PinnedPosts } from "../pins/PinnedPosts";
import { ErrorBoundary } from "../ErrorBoundary";

/** Distance from the screen at which a column is drawn already. */
const NEAR_PX = 200;
/** Least width of a column, from which the columns of the first draw are estimated. */
const LEAST_PX = 320;
/** Milliseconds after the last scroll event of a swipe. */
const SWIPED_MS = 120;

/** Hook that scrolls the selected column into view when another one is selected or added. */
function useSelectedInView(desk: Desk): void {
  const { column } = desk;
  const before = useRef<typeof column | null>(null);
  useLayoutEffect(() => {
    if (before.current === column) return;
    const first = before.current === null;
    before.current = column;
    if (!first || column !== desk.columns[0]) columnElementOf(column)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [desk, column]);
}

/** Hook that returns the ids of the columns on the screen or close to it, and tells them to the desk. */
function useVisibleColumns(desk: Desk, deck: RefObject<HTMLElement | null>): ReadonlySet<string> {
  const [visible, setVisible] = useState<ReadonlySet<string>>(() => new Set(desk.columns.slice(0, Math.ceil(innerWidth / LEAST_PX)).map(({ id }) => id)));
  const watch = useRef<IntersectionObserver | null>(null);
  const watched = useRef(new Set<Element>());
  useLayoutEffect(() => {
    watch.current = new IntersectionObserver((entries) => setVisible((before) => {
      const after = new Set(before);
      for (const { target, isIntersecting } of entries) {
        const id = (target as HTMLElement).dataset.column ?? "";
        if (isIntersecting) after.add(id);
        else after.delete(id);
      }
      return after;
    }), { root: deck.current, rootMargin: `0px ${NEAR_PX}px` });
    return () => watch.current?.disconnect();
  }, [deck]);
  useLayoutEffect(() => {
    const elements = new Set(deck.current?.children);
    for (const element of watched.current) if (!elements.has(element)) watch.current?.unobserve(element);
    for (const element of elements) if (!watched.current.has(element)) watch.current?.observe(element);
    watched.current = elements;
  });
  const shown = desk.columns.filter(({ id, spec }) => visible.has(id) && !spec.collapsed).map(({ id }) => id).join(" ");
  useEffect(() => desk.polling.setVisible(new Set(shown.split(" "))), [desk, shown]);
  return visible;
}

/** Hook that keeps the scroll positions of the lists and the focus when the columns change their order: the browser resets both in an element that is moved. */
function useOrderKept(desk: Desk, deck: RefObject<HTMLElement | null>): void {
  const order = desk.columns.map(({ id }) => id).join(" ");
  const before = useRef(order);
  const kept: [Element, number][] = [];
  const focused = document.activeElement;
  if (before.current !== order) for (const list of deck.current?.querySelectorAll(".feed") ?? []) kept.push([list, list.scrollTop]);
  useLayoutEffect(() => {
    before.current = order;
    for (const [list, top] of kept) if (list.scrollTop !== top) list.scrollTop = top;
    if (kept.length && focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  });
}

/** Return the function that selects the column that fills the screen of a phone, some time after the last scroll event. */
function useSwipe(desk: Desk, deck: RefObject<HTMLElement | null>): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const box = deck.current;
      if (!box || getComputedStyle(box).scrollSnapType === "none") return;
      const { left } = box.getBoundingClientRect();
      const shown = [...box.children].find((element) => Math.abs(element.getBoundingClientRect().left - left) < box.clientWidth / 2);
      const column = desk.deck.list.find((shown as HTMLElement | undefined)?.dataset.column ?? "");
      if (column) desk.deck.select(column);
    }, SWIPED_MS);
  };
}

export function DeckView({ desk, frame }: { desk: Desk; frame: number }): JSX.Element {
  const deck = useRef<HTMLDivElement>(null);
  const { columns, column: selected } = desk;
  useOrderKept(desk, deck);
  const visible = useVisibleColumns(desk, deck);
  const onSwipe = useSwipe(desk, deck);
  useSelectedInView(desk);
  return (
    <div class={`columns ${desk.deck.isAlone && !desk.settings.pinsShown ? "alone" : "several"}`} ref={deck} inert={desk.panel.drawer} onScroll={onSwipe}>
      {desk.settings.pinsShown ? <ErrorBoundary name={menuWords.pinned} of={0}><PinnedPosts desk={desk} /></ErrorBoundary> : null}
      {columns.map((column) => (
        <ErrorBoundary key={column.id} name={columnsWords.nameOf(column.spec)} of={column.runCount}>
          <ColumnSlot desk={desk} column={column} selected={column === selected} visible={column === selected || visible.has(column.id)} frame={frame} />
        </ErrorBoundary>
      ))}
    </div>
  );
}
