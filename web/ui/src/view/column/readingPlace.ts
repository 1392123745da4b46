/**
 * Reading place: hooks of a list that go back to where the reader was before a jump to the newest posts, and that note the posts which the
 * reader has scrolled on past (a setting).
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Card } from "../../posts/cardIndex";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { firstCardSeen } from "./columnElements";
import type { Viewport } from "./virtualList";

/** Height of a card that was never drawn, px. */
const CARD_PX = 160;
/** Milliseconds for which a list rests before the posts above it count as read. */
const REST_MS = 400;
/** Frames in which the place is corrected by the heights of the cards drawn meanwhile. */
const CORRECTIONS = 6;

/** Scroll a list to the place that the reader wants to go back to. */
export function useShowPlace(list: RefObject<HTMLDivElement | null>, desk: Desk, column: Column, shown: readonly Card[], heights: ReadonlyMap<string, number>): void {
  useEffect(() => {
    const box = list.current;
    const place = box ? desk.reading.takeWanted(column) : null;
    const at = place ? shown.findIndex((card) => card.id === place.cardId) : -1;
    if (!box || !place || at < 0) return;
    box.scrollTop = shown.slice(0, at).reduce((sum, card) => sum + (heights.get(card.id) ?? CARD_PX), 0) - place.offset;
    let left = CORRECTIONS;
    const correct = (): void => {
      const card = box.querySelector<HTMLElement>(`[data-id="${CSS.escape(place.cardId)}"]`);
      if (card) box.scrollTop += card.getBoundingClientRect().top - box.getBoundingClientRect().top - place.offset;
      if (--left > 0) requestAnimationFrame(correct);
    };
    requestAnimationFrame(correct);
  });
}

/** Mark the posts above a list as read once it rests, if the reader has chosen so. */
export function useReadPast(list: RefObject<HTMLDivElement | null>, desk: Desk, column: Column, shown: readonly Card[], ranking: boolean, { top }: Viewport): void {
  const latest = useRef(shown);
  latest.current = shown;
  const { readPast } = desk.settings;
  useEffect(() => {
    if (!readPast || ranking || top <= 0) return undefined;
    const timer = setTimeout(() => {
      const box = list.current;
      const first = box ? firstCardSeen(box) : undefined;
      const at = latest.current.findIndex((card) => card.id === first?.dataset.id);
      if (at > 0) desk.reading.readPast(column, latest.current.slice(0, at).map((card) => card.id));
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [desk, column, readPast, ranking, top, list]);
}
