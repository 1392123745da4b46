/**
 * Virtual list: computes which cards of a long list are in the document (those near the viewport, and the focused one), and the heights of
 * the spacers that replace the others. Visible cards are added at once, cards around them some a draw, the nearest first. Pure functions.
 */

export interface CardRun<T> {
  /** Height of the cards left out before this run, px. */
  space: number;
  first: number;
  cards: T[];
  key: string;
}

export interface Viewport {
  /** Scroll offset of the list, px. */
  top: number;
  /** Height of the viewport, px; infinite where all cards are drawn. */
  height: number;
}

export interface RenderMargin {
  /** Height drawn above and below the viewport, in viewports. */
  around: number;
  /** Part of it that is drawn at once, in viewports: the distance the list may scroll before the next draw. */
  near: number;
  /** Number of cards beyond it that one draw may add. */
  bite: number;
}

interface PlacedCard {
  index: number;
  start: number;
  end: number;
}

/** Assumed height of a card that has not been measured. */
const GUESS_PX = 120;

/**
 * Return the runs of consecutive cards to draw, each with the height of the cards left out before it. The last run has no cards: its
 * space is the end of the list. Visible cards are added at once, cards around them `margin.bite` a draw, the nearest first;
 * `more` is true while some of them are still to be added.
 */
export function visibleRuns<T extends { id: string }>(
  cards: readonly T[],
  heights: ReadonlyMap<string, number>,
  view: Viewport,
  focused: string | null,
  margin: RenderMargin,
  drawn: ReadonlySet<string>,
): { runs: CardRun<T>[]; more: boolean } {
  const from = view.top - margin.around * view.height;
  const to = view.top + (1 + margin.around) * view.height;
  const soon = margin.near * view.height;
  const all = !Number.isFinite(view.height);
  const inside: PlacedCard[] = [];
  const waiting: (PlacedCard & { far: number })[] = [];
  let at = 0;
  for (const [index, card] of cards.entries()) {
    const start = at;
    at += heights.get(card.id) ?? GUESS_PX;
    const wanted = all || (at >= from && start <= to);
    if (!wanted && card.id !== focused) continue;
    const far = all ? 0 : Math.max(view.top - at, start - view.top - view.height);
    if (!wanted || all || far <= soon || drawn.has(card.id)) inside.push({ index, start, end: at });
    else waiting.push({ index, start, end: at, far });
  }
  waiting.sort((a, b) => a.far - b.far);
  const next = waiting.slice(0, margin.bite);
  const stands = [...inside, ...next].sort((a, b) => a.index - b.index);
  return { runs: runsOf(cards, stands, at), more: next.length < waiting.length };
}

function runsOf<T>(cards: readonly T[], stands: readonly PlacedCard[], height: number): CardRun<T>[] {
  const runs: CardRun<T>[] = [];
  let end = 0;
  let last = -1;
  for (const stand of stands) {
    if (!runs.length || stand.index !== last + 1) runs.push({ space: stand.start - end, first: stand.index, cards: [], key: String(runs.length) });
    runs.at(-1)?.cards.push(cards[stand.index] as T);
    ({ end, index: last } = stand);
  }
  runs.push({ space: height - end, first: -1, cards: [], key: "end" });
  return runs;
}
