/** Which cards of a long list are in the document: those near the window, and the focused one wherever it is. Pure. */

export interface Run<T> {
  /** Height of the cards left out before this run, px. */
  space: number;
  first: number;
  cards: T[];
  key: string;
}

const GUESS_PX = 120;
const NONE: ReadonlySet<string> = new Set();

/**
 * Return runs of cards within `around` windows of the one that is seen, with the space between them; the last run has no cards and
 * is the space at the end. What is drawn already stays within `kept` windows: taking it out to draw it again soon would be for nothing.
 */
export function windowOf<T extends { id: string }>(
  cards: readonly T[],
  heights: ReadonlyMap<string, number>,
  top: number,
  height: number,
  focused: string | null,
  around: number,
  drawn: ReadonlySet<string> = NONE,
  kept = around,
): Run<T>[] {
  const near = (start: number, end: number, windows: number): boolean =>
    !Number.isFinite(height) || (end >= top - windows * height && start <= top + (1 + windows) * height);
  const runs: Run<T>[] = [];
  let open: Run<T> | null = null;
  let space = 0;
  let at = 0;
  cards.forEach((card, index) => {
    const tall = heights.get(card.id) ?? GUESS_PX;
    const inside = near(at, at + tall, around) || card.id === focused || (near(at, at + tall, kept) && drawn.has(card.id));
    at += tall;
    if (!inside) {
      open = null;
      space += tall;
      return;
    }
    if (!open) {
      open = { space, first: index, cards: [], key: String(runs.length) };
      runs.push(open);
      space = 0;
    }
    open.cards.push(card);
  });
  runs.push({ space, first: -1, cards: [], key: "end" });
  return runs;
}
