/**
 * Deck actions: what a reader does with the columns of a deck: add, duplicate, remove, restore, move, select, collapse and change them. Each
 * action keeps the address and the browser's history equal to the deck, says what it did in a toast where the eye may miss it, and
 * requests a render. The columns are in `columnList.ts`.
 */
import { columnsWords } from "../../words";
import type { Column } from "../column";
import { type ColumnSpec, randomColumnId, settingsOf, specOfAll, truncateTitle } from "../columnSpec";
import type { Settings } from "../page/settings";
import type { Announcer } from "../page/announcer";
import type { Toasts } from "../page/toasts";
import { COLUMNS_MAX } from "./deckAddress";
import { ColumnList } from "./columnList";
import { DeckHistory, readPlace } from "./deckHistory";

/** Parts of the page that the actions use; `Desk` has them. */
export interface DeckPage {
  readonly settings: Settings;
  readonly toasts: Toasts;
  readonly announcer: Announcer;
  updateSettings(change: Partial<Settings>): void;
  /** Change the spec of a column; with `restart` its search starts again in any case. */
  change(column: Column, change: Partial<ColumnSpec>, restart?: boolean): void;
  /** The selected column, or the number of columns, changed. */
  selectionChanged(): void;
  readonly keeper: { columnsChanged(): void };
}

export class DeckActions {
  readonly list: ColumnList;
  readonly history: DeckHistory;

  constructor(
    private readonly page: DeckPage,
    make: (spec: ColumnSpec) => Column,
    private readonly changed: () => void,
  ) {
    this.list = new ColumnList(make);
    this.history = new DeckHistory(() => page.settings);
    const { specs, selectedId } = readPlace(page.settings);
    this.list.replace(specs, selectedId);
  }

  get columns(): readonly Column[] {
    return this.list.all;
  }

  get selected(): Column {
    return this.list.selected;
  }

  /** Whether the deck has one column only. It looks like a page of its own then, and its choices are the defaults of new columns. */
  get isAlone(): boolean {
    return this.columns.length === 1;
  }

  /** Add a column after the selected one, and select it. Without a change it shows all posts. Return null if the deck is full. */
  add(change: Partial<Omit<ColumnSpec, "id">> = {}): Column | null {
    const id = randomColumnId();
    const spec = { ...specOfAll(id, this.page.settings), ...change, id };
    const column = this.list.add(spec);
    if (!column) this.page.toasts.show(columnsWords.toastFull(COLUMNS_MAX));
    else {
      this.begin(column);
      this.page.announcer.say(columnsWords.actAdded(columnsWords.nameOf(spec), ...this.placeOf(column)));
    }
    this.changed();
    return column;
  }

  /** Add a column that shows what another one shows, after that column. */
  duplicate(column: Column): Column | null {
    this.list.select(column);
    return this.add({ ...column.spec, collapsed: false });
  }

  /** Remove a column; the toast offers undo. The only column stays. */
  remove(column: Column): void {
    if (!this.list.remove(column)) return;
    this.pushHistory();
    this.page.toasts.show(columnsWords.toastRemoved(columnsWords.nameOf(column.spec)), () => this.restore());
    this.page.selectionChanged();
    this.changed();
  }

  /** Bring the column back that was removed last. Return whether there was one. */
  restore(): boolean {
    const column = this.list.restore();
    if (column) {
      this.begin(column);
      this.page.announcer.say(columnsWords.actRestored(columnsWords.nameOf(column.spec), ...this.placeOf(column)));
    }
    this.changed();
    return column !== null;
  }

  /** Return the place of a column, from 1, and the number of columns. */
  private placeOf(column: Column): [place: number, of: number] {
    return [this.list.indexOf(column) + 1, this.columns.length];
  }

  /** Move a column to a place in the deck, from 0. */
  move(column: Column, index: number): void {
    if (!this.list.move(column, index)) return;
    this.replaceHistory();
    this.page.toasts.show(columnsWords.toastMoved(columnsWords.nameOf(column.spec), this.list.indexOf(column) + 1, this.columns.length));
    this.changed();
  }

  /** Move a column by a number of places. */
  moveBy(column: Column, places: number): void {
    this.move(column, this.list.indexOf(column) + places);
  }

  /** Select a column: keys, panel, search box and address are its own from now on. */
  select(column: Column): void {
    if (!this.list.select(column)) return;
    this.replaceHistory();
    this.page.selectionChanged();
    this.changed();
  }

  /** Select the column that is a number of places farther. Return the selected column. */
  selectBy(places: number): Column {
    const at = this.list.indexOf(this.selected) + places;
    const column = this.columns[Math.min(Math.max(0, at), this.columns.length - 1)];
    if (column) this.select(column);
    return this.selected;
  }

  /** Draw a column as a narrow strip, or open it again; an opened column is selected. */
  setCollapsed(column: Column, collapsed: boolean): void {
    this.setColumn({ collapsed }, column);
    if (!collapsed) this.select(column);
  }

  setTitle(column: Column, title: string): void {
    this.setColumn({ title: truncateTitle(title) }, column);
  }

  /**
   * Change what a column shows besides its search. What one column alone chooses is also the default of new columns, and is kept in the
   * browser; among several columns it holds for that column, and is kept in the address.
   */
  setColumn(change: Partial<Omit<ColumnSpec, "id">>, column = this.selected): void {
    this.page.change(column, change);
    const defaults = this.isAlone ? settingsOf(change) : {};
    if (Object.keys(defaults).length) this.page.updateSettings(defaults);
    this.replaceHistory();
    this.changed();
  }

  /** Show other columns: those of a stored deck, of a file, or of a step of the history. The first selected one is `selectedId`. */
  show(specs: readonly ColumnSpec[], selectedId: string | null = null): void {
    const shown = this.list.replace(specs, selectedId);
    // Every column has a run before the page is told of any: it looks at all of them.
    for (const { column, spec } of shown) if (!column.hasRun) column.change(spec, true);
    for (const { column, spec } of shown) this.page.change(column, spec, column.run.problem !== null);
    this.page.selectionChanged();
    this.changed();
  }

  /** Show the columns of the current step of the history, after back or forward. */
  showPlace(): void {
    const { specs, selectedId } = readPlace(this.page.settings);
    this.show(specs, selectedId);
  }

  /** Add a step to the history for the current columns; back returns to the former ones. */
  pushHistory(specs: readonly ColumnSpec[] = this.specs): void {
    this.warnIfLong(this.history.push(specs, this.selected.id));
  }

  replaceHistory(): void {
    this.warnIfLong(this.history.replace(this.specs, this.selected.id));
  }

  get specs(): ColumnSpec[] {
    return this.columns.map(({ spec }) => spec);
  }

  /** Whether the columns no longer fit into the address, so that the deck needs a name. */
  get isTooLong(): boolean {
    return this.wasLong;
  }

  private begin(column: Column): void {
    this.pushHistory();
    this.page.change(column, {}, true);
    this.page.selectionChanged();
  }

  private wasLong = false;

  /** Tell the reader once that the address no longer holds the whole deck. */
  private warnIfLong(isWhole: boolean): void {
    if (!isWhole && !this.wasLong) this.page.toasts.show(columnsWords.toastLongAddress);
    this.wasLong = !isWhole;
    this.page.keeper.columnsChanged();
  }
}
