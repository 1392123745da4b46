/**
 * Feed: the scrolling list of cards, virtualised. Only cards near the viewport are in the document; a spacer replaces each run of other
 * cards, by the heights that a ResizeObserver reports. Scrolling down, a focus inside and a finger pause the column
 * (`state/list/pauseMachine.ts`); scrolling near the end loads older posts, or a ranking ends with its pager.
 *
 * The feed keeps the keyboard focus when a card is removed, and draws the actions of cards only once the list stands still. A feed shows
 * one run of a search; another run gets another feed, so that nothing is carried over.
 */
import { Fragment, type JSX, type RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Card } from "../../posts/cardIndex";
import type { Column } from "../../state/column";
import { isFull, LOADED_MAX } from "../../state/storeLoader";
import type { Desk } from "../../state/desk";
import { CardView, RemovedCard } from "../card/CardView";
import { useNextFrame } from "../useNextFrame";
import { listIdOf } from "./columnElements";
import { PRINTED_MAX, usePrinting } from "./usePrinting";
import { nothingShown, pageOf, RankingPager } from "./RankingPager";
import { TORRENT_A_MINUTE } from "../renderScheduler";
import { type RenderMargin, type Viewport, visibleRuns } from "./virtualList";
import { type UnreadCards, unreadCards } from "../../state/read/unreadCards";
import { useReadPast, useShowPlace } from "./readingPlace";
import { problemText } from "../../words/problemText";
import { columnWords, columnsWords } from "../../words";

interface Props {
  desk: Desk;
  column: Column;
  cards: Card[];
  clock: number;
  revision: number;
  onScrolled: (scrolled: boolean) => void;
}

const NONE: ReadonlySet<string> = new Set();
const NOTHING_UNREAD: UnreadCards = { cards: NONE, count: 0, hasMore: false, hidden: 0, last: null };
const AT_TOP_PX = 4;
/** Estimated height of the page around the list, until the list is measured. Too small an estimate draws cards that are removed a frame later. */
const BESIDES_PX = 360;
/** Recompute the visible range only after scrolling by this fraction of the viewport. */
const STEP = 0.25;
/** Margin while the list runs: few cards around the visible ones, because every draw brings others. */
const RUNNING: RenderMargin = { around: STEP, near: STEP, bite: Infinity };
/** Margin while somebody reads: a viewport on each side, two cards a frame. */
const READ: RenderMargin = { around: 1, near: STEP, bite: 2 };
const HEIGHTS_MAX = 20_000;
/** Milliseconds after the last scroll event after which the list counts as still, and deferred work starts, a slice a frame. */
const STILL_MS = 150;
/** Milliseconds after a tap within which the browser has sent the events that follow from it, above all the focus. */
const TAP_MS = 300;
/** Milliseconds after the last scroll event after which deferred work is done all at once. */
const RESTED_MS = 1_000;

/** Return the viewport to draw for: the former one, until the list has scrolled by `STEP`, or to or from the top. */
function nextViewport(was: Viewport, now: Viewport): Viewport {
  const near = Math.abs(now.top - was.top) < STEP * now.height && was.height === now.height;
  return near && was.top <= AT_TOP_PX === now.top <= AT_TOP_PX ? was : now;
}

export function Feed({ desk, column, cards, clock, onScrolled }: Props): JSX.Element {
  // Events of this list act on the run it was made for: they must not pause the run that follows.
  const { run } = column;
  const list = useRef<HTMLDivElement>(null);
  const heights = useHeights(list);
  const [scroll, setScroll] = useState<Viewport>(() => ({ top: 0, height: Math.max(innerHeight / 2, innerHeight - BESIDES_PX) }));
  const drawn = useRef<ReadonlySet<string>>(NONE);
  const hadActions = useRef<ReadonlySet<string>>(NONE);
  const deferred = useDeferredActions();
  const focused = useRef<string | null>(null);
  const fingers = useRef(0);
  const known = useRef<Set<string> | null>(null);
  const before = useRef<readonly Card[]>([]);
  const ranking = column.spec.order !== "latest";
  const size = column.spec.pageSize;
  const running = run.state === "live" && scroll.top <= AT_TOP_PX;
  const torrent = running && !ranking && run.arrivals.perMinute(performance.now()) > TORRENT_A_MINUTE;
  const total = ranking ? run.ranking.totalOf(cards.length, run.list.filters.count > 0) : cards.length;
  const first = ranking ? size * pageOf(run.list.page, total, size) : 0;
  const printing = usePrinting();
  const shown = ranking ? cards.slice(first, first + size) : printing ? cards.slice(0, PRINTED_MAX) : cards;
  const { runs, more } = visibleRuns(shown, heights, ranking || printing ? { top: 0, height: Infinity } : scroll, focused.current, running ? RUNNING : READ, drawn.current);
  const spec = column.spec;
  const unread = run.isPast ? NOTHING_UNREAD : unreadCards(run);
  const near = runs.flatMap((part) => part.cards);
  const allowance = torrent ? 0 : deferred.allowance();
  const withActions = torrent ? NONE : cardsWithActions(near, hadActions.current, focused.current, allowance);
  const [, again] = useState({});
  useNextFrame(more || (allowance > 0 && withActions.size < near.length), () => again({}));

  useEffect(() => {
    list.current?.scrollTo({ top: 0 });
    known.current = null;
  }, [spec.order, desk.settings.density]);

  useEffect(() => onScrolled(false), [onScrolled]);

  useShowPlace(list, desk, column, shown, heights);
  useReadPast(list, desk, column, shown, ranking, scroll);

  // When the list is removed, its causes of a pause end.
  useEffect(() => {
    return () => {
      for (const cause of ["scroll", "focus", "touch"] as const) run.release(cause);
    };
  }, [run]);

  useEffect(() => {
    const box = list.current;
    if (!box) return;
    const watch = new ResizeObserver(() => setScroll({ top: box.scrollTop, height: box.clientHeight }));
    watch.observe(box);
    return () => watch.disconnect();
  }, []);

  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    drawn.current = new Set(near.map((card) => card.id));
    hadActions.current = withActions;
    known.current = new Set(shown.slice(0, 60).map((card) => card.id));
    keepFocus(box, focused.current, before.current, shown, column);
    before.current = shown;
  });

  function onScroll(): void {
    const box = list.current;
    if (!box) return;
    const top = box.scrollTop;
    deferred.moved();
    setScroll((was) => nextViewport(was, { top, height: box.clientHeight }));
    onScrolled(top > 40);
    if (top > AT_TOP_PX) desk.list.hold("scroll", run);
    else if (top <= 0) atTop(box);
    if (!ranking && !run.olderProblem && !run.list.isCleared && box.scrollHeight - top - box.clientHeight < 2 * box.clientHeight) void desk.list.loadOlder(column);
  }

  /** Resume the list at the top, unless a card in view has the keyboard focus. Any other focus moves from the card to the list. */
  function atTop(box: HTMLElement): void {
    const { activeElement } = document;
    if (run.state === "paused" && activeElement !== box && box.contains(activeElement)) {
      const { top } = (activeElement as HTMLElement).getBoundingClientRect();
      const seen = activeElement?.matches(":focus-visible") && top < box.getBoundingClientRect().bottom;
      if (!seen) box.focus({ preventScroll: true });
    }
    if (!fingers.current) desk.list.release("touch", run);
    desk.list.release("scroll", run);
  }

  /** Pause the list as soon as a finger touches it; otherwise another card would lie under the finger when it is lifted. */
  function onPointerDown(event: PointerEvent): void {
    if (event.pointerType !== "mouse" && run.state === "live") desk.list.hold("touch", run);
  }

  /** End the pause when the last finger is lifted, except from a button or link: then the reader looks at the effect. */
  function onTouchEnd(event: TouchEvent): void {
    fingers.current = event.touches.length;
    if (fingers.current || (event.target instanceof Element && event.target.closest("button, a"))) return;
    setTimeout(() => {
      if (!fingers.current) desk.list.release("touch", run);
    }, TAP_MS);
  }

  function onFocusIn(event: FocusEvent): void {
    const card = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-id]") : null;
    focused.current = card?.dataset.id ?? null;
    if (card) desk.list.hold("focus", run);
    else desk.list.release("focus", run);
  }

  function onFocusOut(event: FocusEvent): void {
    const { target, relatedTarget } = event;
    if (relatedTarget instanceof Node && list.current?.contains(relatedTarget)) return;
    // The event is sent also while a card is being removed. Only afterwards is it known whether the reader left, or the card did.
    setTimeout(() => {
      if (!(target instanceof Element && target.isConnected) || list.current?.contains(document.activeElement)) return;
      focused.current = null;
      desk.list.release("focus", run);
    }, 0);
  }

  const seen = known.current;
  // The line stands under the last unread post, where a read one follows.
  const line = !ranking && unread.last !== shown.at(-1)?.id ? unread.last : null;
  return (
    <div class="feed" id={listIdOf(desk, column)} ref={list} role="feed" aria-label={columnWords.feedLabel(ranking)} tabIndex={-1}
      aria-busy={!run.isLoaded} onScroll={onScroll} onPointerDown={onPointerDown} onTouchStart={(event) => { fingers.current = event.touches.length; }} onTouchEnd={onTouchEnd} onTouchCancel={onTouchEnd} onFocusIn={onFocusIn} onFocusOut={onFocusOut}>
      {runs.map((part) => (
        <Fragment key={part.key}>
          {part.space ? <div class="space" ref={(box) => { if (box) box.style.height = `${part.space}px`; }} /> : null}
          {part.cards.map((card, index) => run.hasLeft(card) ? (
            <RemovedCard key={card.id} id={card.id} deleted={run.posts.isDeleted(card.id)} height={heights.get(card.id)} />
          ) : (
            <CardView key={card.id} unread={unread.cards.has(card.id)} readLine={card.id === line} desk={desk} column={column} spec={spec} card={card} stamp={card.stamp} clock={clock} terms={run.terms}
              settings={desk.settings} images={desk.server.facts?.images} position={first + part.first + index + 1} of={total}
              fresh={seen !== null && !seen.has(card.id) && scroll.top <= AT_TOP_PX && !ranking && !torrent} bare={!withActions.has(card.id)} pin={desk.keeper.pins[card.id]} hidden={hiddenWords(column, card)} />
          ))}
        </Fragment>
      ))}
      {ranking ? <RankingPager desk={desk} column={column} total={total} isEmpty={!shown.length} /> : <End desk={desk} column={column} hidden={!cards.length} />}
    </div>
  );
}

/** Return why a shown card is one that the column hides; "" if it hides no such card, or if hidden cards are not shown. */
function hiddenWords({ run: { list } }: Column, card: Card): string {
  const why = list.unfiltered ? list.filters.why(card) : null;
  return why ? columnsWords.hiddenBecause(why.kind, why.value) : "";
}

/**
 * Return the ids of cards that are drawn with actions: those that had them, the focused card, and `allowance` more. Nobody can click an
 * action while the list moves, and a card without actions takes a fifth less work to draw.
 */
function cardsWithActions(cards: readonly Card[], before: ReadonlySet<string>, focused: string | null, allowance: number): ReadonlySet<string> {
  const withActions = new Set<string>();
  let left = allowance;
  for (const { id } of cards) if (before.has(id) || id === focused || left-- > 0) withActions.add(id);
  return withActions;
}

/**
 * Hook that defers the actions of cards until the list stands still. `allowance` returns the number of cards that may get their actions in
 * this draw; `moved` notes a scroll event, and redraws the list once it stands still.
 */
function useDeferredActions(): { allowance: () => number; moved: () => void } {
  const [, again] = useState({});
  const movedAt = useRef(-Infinity);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    allowance: () => {
      const rested = performance.now() - movedAt.current;
      return rested < STILL_MS ? 0 : rested < RESTED_MS ? READ.bite : Infinity;
    },
    moved: () => {
      movedAt.current = performance.now();
      clearTimeout(timer.current);
      timer.current = setTimeout(() => again({}), STILL_MS + 1);
    },
  };
}

/** Return the heights of cards that a ResizeObserver reported last, px by id. Measuring them while drawing would force a layout. */
function useHeights(list: RefObject<HTMLElement | null>): ReadonlyMap<string, number> {
  const heights = useRef(new Map<string, number>());
  const watched = useRef(new Set<Element>());
  const watch = useRef<ResizeObserver | null>(null);
  useLayoutEffect(() => {
    watch.current = new ResizeObserver((entries) => {
      const map = heights.current;
      for (const { target, borderBoxSize } of entries) {
        const id = (target as HTMLElement).dataset.id;
        const height = borderBoxSize[0]?.blockSize;
        if (!target.isConnected || id === undefined || height === undefined) continue;
        map.delete(id);
        map.set(id, height);
        if (map.size > HEIGHTS_MAX) map.delete(map.keys().next().value as string);
      }
    });
    return () => watch.current?.disconnect();
  }, []);
  useLayoutEffect(() => {
    const known = watched.current;
    for (const card of known) {
      if (card.isConnected) continue;
      known.delete(card);
      watch.current?.unobserve(card);
    }
    for (const card of list.current?.children ?? []) {
      if (!(card instanceof HTMLElement) || card.dataset.id === undefined || known.has(card)) continue;
      known.add(card);
      watch.current?.observe(card);
    }
  });
  return heights.current;
}

/** Give the focus of a removed card to its neighbour: in the list `shown` now, or in the list `before` where the card is not in `shown`. */
function keepFocus(box: HTMLElement, id: string | null, before: readonly Card[], shown: readonly Card[], column: Column): void {
  if (id === null || box.contains(document.activeElement)) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  const list = shown.some((card) => card.id === id) ? shown : before;
  const at = list.findIndex((card) => card.id === id);
  const there = new Set(shown.map((card) => card.id));
  const near = [...list.slice(at + 1), ...list.slice(0, Math.max(0, at)).reverse()];
  const next = near.find((card) => there.has(card.id) && !column.run.hasLeft(card));
  if (next) box.querySelector<HTMLElement>(`[data-id="${CSS.escape(next.id)}"]`)?.focus({ preventScroll: true });
}

function End({ desk, column, hidden }: { desk: Desk; column: Column; hidden: boolean }): JSX.Element {
  if (!column.run.isLoaded) return <p class="end" role="presentation">{columnWords.feedLoading}</p>;
  if (column.run.loadingOlder) return <p class="end">{columnWords.feedLoadingOlder}</p>;
  if (column.run.olderProblem)
    return <p class="end">{columnWords.feedOlderFailed(problemText(column.run.olderProblem))} <button onClick={() => void desk.list.loadOlder(column)}>{columnWords.feedTryAgain}</button></p>;
  if (column.run.loadedRange.more && isFull(column.run)) return <p class="end">{columnWords.feedLimit(LOADED_MAX)}</p>;
  if (column.run.loadedRange.more) return <p class="end"><button onClick={() => void desk.list.loadOlder(column)}>{columnWords.feedOlder}</button></p>;
  return <p class="end">{(hidden ? nothingShown(column) : null) ?? columnWords.feedEnd}</p>;
}
