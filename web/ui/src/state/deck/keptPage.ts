/**
 * Kept page: what the deck keeper needs of the page, and the same made of a desk. A column is busy, so that no other browser's change may
 * replace it, while its list is paused or while the focus is in it or in its search box.
 */
import type { Column } from "../column";
import type { ColumnSpec } from "../columnSpec";
import type { Settings } from "../page/settings";

export interface KeptPage {
  readonly settings: Settings;
  /** The columns that are shown. */
  readonly specs: readonly ColumnSpec[];
  show(specs: readonly ColumnSpec[]): void;
  /** Whether a reader types in a column or reads its list, so that it must not change. */
  isBusy(columnId: string): boolean;
  /** Write the columns into the browser's history, under the address of the deck. */
  replaceHistory(): void;
  /** Be told of each change of a deck; null: of none. */
  follow(deckId: string | null): void;
  toast(text: string): void;
  /** Open or close the comparison with what somebody else saved. */
  showConflict(open: boolean): void;
}

/** Parts of the desk of which the kept page is made. */
export interface DeskOfDeck {
  readonly settings: Settings;
  readonly dialog: string | null;
  readonly deck: {
    readonly specs: ColumnSpec[];
    readonly columns: readonly Column[];
    readonly selected: Column;
    show(specs: readonly ColumnSpec[], selectedId?: string | null): void;
    replaceHistory(): void;
  };
  showToast(text: string): void;
  openDialog(dialog: "deck-conflict" | null): void;
}

/** Id of the search box of the selected column. */
const SEARCH_BOX_ID = "search";

export function keptPageOf(desk: DeskOfDeck, connection: { follow(deck: string | null): void }): KeptPage {
  return {
    get settings() { return desk.settings; },
    get specs() { return desk.deck.specs; },
    show: (specs) => desk.deck.show(specs),
    isBusy: (id) => isBusy(desk, id),
    replaceHistory: () => desk.deck.replaceHistory(),
    follow: (id) => connection.follow(id),
    toast: (text) => desk.showToast(text),
    showConflict: (open) => {
      if (open) desk.openDialog("deck-conflict");
      else if (desk.dialog === "deck-conflict") desk.openDialog(null);
    },
  };
}

function isBusy({ deck }: DeskOfDeck, id: string): boolean {
  const column = deck.columns.find((one) => one.id === id);
  if (!column) return false;
  if (column.hasRun && column.run.state === "paused") return true;
  const focused = document.activeElement;
  if (focused?.id === SEARCH_BOX_ID) return column === deck.selected;
  return focused?.closest<HTMLElement>("[data-column]")?.dataset.column === id;
}
