/** Which cards of a long list are in the document: those near the window, and the focused one wherever it is. Pure. */

export interface CardRun<T> {
  /** Height of the cards left out before this run, px. */
  space: number;
  first: number;
  cards: T[];
  key: string;
}

export interface Viewport {
  /** How far the list is scrolled, px. */
  top: number;
  /** Height of the window, px; infinite where all is drawn. */
  height: number;
}

export interface RenderMargin {
  /** So many windows of cards are drawn above and below the one that is seen. */
  around: number;
  /** So many of them are seen soon: as far as the list may move before it is drawn again. */
  near: number;
  /** So many other cards at most are added in one draw. */
  bite: number;
}

interface PlacedCard {
  index: number;
  start: number;
  end: number;
}

const GUESS_PX = 120;

/**
 * Return runs of cards with the space between them (the last run has no cards and is the space at the end), and whether more
 * are wanted than one draw may add: those that are seen come at once, those around them in small bites, the nearest first.
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
