/**
 * Deck reading: the read markers of the columns. A column that begins has nothing unread; a reader moves its marker by a key, a button, or by
 * reading on past posts (a setting). "Clear" hides what is read until something is asked for, and after a jump to the newest posts there is
 * a way back. The markers are kept with the deck (`deck/deckMarks.ts`); of two the greater one counts.
 */
import { api, ApiError } from "../../wire/api";
import type { Frame } from "../../wire/frame";
import type { Column } from "../column";
import type { Run } from "../run";
import { readId } from "../../wire/post";
import { showTabTitle } from "../page/tabTitle";
import { loadReadAbove, saveReadAbove } from "./readStorage";
import { postsOf, unreadCards } from "./unreadCards";

/** Parts of the page that the reading uses; `Desk` has them. */
export interface ReadPage {
  readonly columns: readonly Column[];
  /** Markers of the deck, by column. */
  readonly keeper: { readonly marks: { readonly read: Readonly<Record<string, number>>; readUpTo(columnId: string, number: number): void } };
  /** The selected column. */
  readonly column: Column;
}

/** Where a reader was before a jump: a card, and how far its top was from that of the list (px). */
export interface ReadingPlace {
  readonly run: Run;
  readonly cardId: string;
  readonly offset: number;
}

export class DeckReading {
  /** By column: where the reader was before the last jump to the newest posts. */
  private readonly places = new Map<string, ReadingPlace>();
  /** By column: the place that its list is to show. */
  private readonly wanted = new Map<string, ReadingPlace>();
  /** By column: the search that its marker belongs to. */
  private readonly searches = new Map<string, string>();
  private isStarted = false;
  private readonly saved = new Map<string, number>();

  constructor(
    private readonly page: ReadPage,
    private readonly changed: () => void,
  ) {}

  /** Begin: the markers of the deck are known. */
  start(): void {
    this.isStarted = true;
    for (const column of this.page.columns) if (column.hasRun) this.begin(column);
  }

  /** Return the number of unread posts of all columns. */
  get total(): number {
    return this.page.columns.reduce((sum, column) => sum + (column.hasRun && !column.run.isPast ? unreadCards(column.run).count : 0), 0);
  }

  /** Show the search of the selected column, and the number of unread posts, in the title of the browser's tab. */
  showTitle(): void {
    showTabTitle(this.page.column.spec, this.total);
  }

  /** Take a frame after the run of a column has applied it. */
  onRunFrame(column: Column, frame: Frame): void {
    const { run } = column;
    run.unread.advance();
    if (frame.type === "history" && frame.done) this.begin(column);
  }

  /** Take the markers of other browsers, and move those that may go on. Once a second. */
  tick(): void {
    for (const column of this.page.columns) {
      if (!column.hasRun || column.run.isPast) continue;
      column.run.unread.advance();
      if (column.run.unread.read === null) this.begin(column);
      else this.settle(column);
    }
    this.showTitle();
  }

  /** Where a history is complete, let the column begin, or go on with the marker it had. */
  private begin(column: Column): void {
    const { run, id, spec } = column;
    const { unread } = run;
    const after = unread.begunAt;
    if (after === null || !this.isStarted || run.isPast) return;
    const before = this.searches.get(id);
    const kept = before === undefined || before === spec.query ? this.page.keeper.marks.read[id] : undefined;
    this.searches.set(id, spec.query);
    if (unread.read === null) {
      if (kept === undefined) this.page.keeper.marks.readUpTo(id, after);
      unread.moveTo(this.page.keeper.marks.read[id] ?? after);
      unread.restore(loadReadAbove(id));
    }
    if (kept === undefined || !run.loadedRange.more) unread.noneUnheld();
    else if (unread.unheld === null) void this.countUnheld(run);
    this.settle(column);
  }

  /** Ask the server how many unread posts there are beside the held ones. Without an answer the next history asks again. */
  private async countUnheld(run: Run): Promise<void> {
    try {
      run.unread.takeStored(await api.unread(run.spec.query, run.unread.read ?? 0, run.signal));
    } catch (error) {
      if (!run.signal.aborted && !(error instanceof ApiError)) throw error;
    }
    this.changed();
  }

  private settle(column: Column): void {
    const { run, id } = column;
    const { unread } = run;
    unread.moveTo(this.page.keeper.marks.read[id] ?? -1);
    const { test } = run.list.filters;
    const isHidden = (postId: string): boolean => {
      const post = run.posts.get(postId);
      const card = post && run.cardIndex.cards.get(readId(post));
      return test !== null && card !== undefined && !test(run.cardIndex.lead(card));
    };
    const read = unread.settle(isHidden);
    if (read !== null && read > (this.page.keeper.marks.read[id] ?? -1)) this.page.keeper.marks.readUpTo(id, read);
    if (this.saved.get(id) === unread.revision) return;
    this.saved.set(id, unread.revision);
    saveReadAbove(id, unread.readAbove);
  }

  // -- what a reader does

  /** Mark a column as read. In a paused list that is what it shows: the new posts that it keeps back stay unread. */
  markRead(column: Column): void {
    const { run } = column;
    if (run.isPast) return;
    const shown = run.list.isPaused ? run.cards(performance.now()).flatMap((card) => postsOf(run, card)) : run.unread.ids();
    run.unread.see(shown, true);
    this.settle(column);
    this.showTitle();
    this.changed();
  }

  /** Note that a reader has read on past cards. */
  readPast(column: Column, cardIds: readonly string[]): void {
    const { run } = column;
    const { cards } = unreadCards(run);
    const passed = cardIds.filter((id) => cards.has(id)).map((id) => run.cardIndex.cards.get(id)).filter((card) => card !== undefined);
    if (run.isPast || !passed.length) return;
    run.unread.see(passed.flatMap((card) => postsOf(run, card)));
    this.settle(column);
    this.changed();
  }

  /** Hide the cards that are read now, until something is asked for. */
  clear(column: Column): void {
    const { run } = column;
    const { cards } = unreadCards(run);
    const read = new Set(run.cards(performance.now()).map(({ id }) => id).filter((id) => !cards.has(id)));
    run.list.setCleared((card) => !read.has(card.id) || unreadCards(run).cards.has(card.id));
    this.changed();
  }

  /** Show the cards again that "Clear" has hidden. */
  showRead({ run }: Column): void {
    run.list.setCleared(null);
    this.changed();
  }

  // -- back to where I was

  /** Note where the reader is, before the list jumps to its newest posts. */
  leave(column: Column, cardId: string, offset: number): void {
    this.places.set(column.id, { run: column.run, cardId, offset });
  }

  /** Whether there is a place to go back to. */
  canGoBack({ id, run }: Column): boolean {
    const place = this.places.get(id);
    return place?.run === run && run.cardIndex.cards.has(place.cardId);
  }

  /** Go back to where the reader was. The list is held still there. */
  goBack(column: Column): void {
    const place = this.places.get(column.id);
    if (!place || !this.canGoBack(column)) return;
    this.places.delete(column.id);
    column.run.hold("scroll");
    this.wanted.set(column.id, place);
    this.changed();
  }

  /** Return the place that a list is to show, once. */
  takeWanted({ id }: Column): ReadingPlace | null {
    const place = this.wanted.get(id) ?? null;
    this.wanted.delete(id);
    return place;
  }
}
