/**
 * List actions: the actions of a reader on the list of the selected column: pause and resume it, leave a past span, choose the page and the
 * page size of a ranking, show hidden posts, and load older posts. Each action requests a render.
 */
import { deckWords } from "../words";
import type { Desk } from "./desk";
import { loadOlder } from "./storeLoader";
import type { PauseCause } from "./list/pauseMachine";

export class ListActions {
  constructor(
    private readonly desk: Desk,
    private readonly changed: () => void,
  ) {}

  /** Pause a live list, resume a paused one, or go back from a past span to live: the action of the Live button. */
  toggleLive(): void {
    const { run } = this.desk.column;
    if (run.isPast) return this.desk.navigate({ from: null, to: null });
    if (run.state === "live") this.hold("reader");
    else this.resume();
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

  /** Resume the list and end every cause of its pause. */
  resume(): void {
    this.desk.column.run.resume();
    this.changed();
  }

  /** Show a page of the ranking, from 0. */
  showRankingPage(page: number, pages: number): void {
    const { run } = this.desk.column;
    run.list.setPage(page);
    this.desk.showToast(deckWords.toastRankingPage(page + 1, pages), null, run);
  }

  /** Set the number of cards on a page of the ranking, and show its first page. */
  setPageSize(pageSize: number): void {
    this.desk.column.run.list.setPage(0);
    this.desk.updateSettings({ pageSize });
  }

  /** Show the posts that the filters hide, or hide them again. */
  showHidden(shown: boolean): void {
    this.desk.column.run.list.setUnfiltered(shown);
    this.changed();
  }

  /** Load a page of older posts into the list. */
  async loadOlder(): Promise<void> {
    await loadOlder(this.desk.column.run, this.changed);
  }
}
