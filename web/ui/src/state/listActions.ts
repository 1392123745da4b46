/**
 * List actions: the actions of a reader on the list of a column, by default the selected one: pause and resume it, leave a past span, choose the page and the
 * page size of a ranking, show hidden posts, and load older posts. Each action requests a render.
 */
import { deckWords } from "../words";
import type { Column } from "./column";
import type { Desk } from "./desk";
import { loadOlder } from "./storeLoader";
import type { PauseCause } from "./list/pauseMachine";

export class ListActions {
  constructor(
    private readonly desk: Desk,
    private readonly changed: () => void,
  ) {}

  /** Pause a live list, resume a paused one, or go back from a past span to live: the action of the Live button. */
  toggleLive(column = this.desk.column): void {
    const { run } = column;
    if (run.isPast) return this.desk.navigate({ from: null, to: null }, column);
    if (run.state === "live") this.hold("reader", run);
    else this.resume(run);
  }

  /** Pause a list for a cause. `run`: the run that a view shows, by default that of the selected column. */
  hold(cause: PauseCause, run = this.desk.column.run): void {
    const before = run.state;
    run.hold(cause);
    if (run.state !== before) this.changed();
  }

  /** End a cause of the pause. The list resumes when its last cause ends. */
  release(cause: PauseCause, run = this.desk.column.run): void {
    const before = run.state;
    run.release(cause);
    if (run.state !== before) this.changed();
  }

  /** Resume a list and end every cause of its pause. */
  resume(run = this.desk.column.run): void {
    run.resume();
    this.changed();
  }

  /** Show a page of the ranking, from 0. */
  showRankingPage(page: number, pages: number, { run, spec }: Column = this.desk.column): void {
    run.list.setPage(page);
    run.ranking.need((page + 1) * spec.pageSize);
    this.desk.showToast(deckWords.toastRankingPage(page + 1, pages), null, run);
  }

  /** Set the number of cards on a page of the ranking, and show its first page. */
  setPageSize(pageSize: number, column: Column = this.desk.column): void {
    column.run.list.setPage(0);
    this.desk.deck.setColumn({ pageSize }, column);
  }

  /** Show the posts that the filters hide, or hide them again. */
  showHidden(shown: boolean, { run }: Column = this.desk.column): void {
    run.list.setUnfiltered(shown);
    this.changed();
  }

  /** Load a page of older posts into the list. */
  async loadOlder({ run }: Column = this.desk.column): Promise<void> {
    await loadOlder(run, this.changed);
  }
}
