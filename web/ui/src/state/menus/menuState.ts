/**
 * Menu state: the menu that is open, of a card, of a word, or of the words of a post, with where it stands. The lists behind an open menu are
 * paused. A menu whose post was deleted meanwhile closes.
 */
import type { Column } from "../column";
import type { Card } from "../../posts/cardIndex";

/** A place in the window, px. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

export type MenuSubject =
  | { readonly kind: "card"; readonly column: Column; readonly card: Card }
  | { readonly kind: "words"; readonly column: Column; readonly card: Card }
  | { readonly kind: "word"; readonly column: Column; readonly term: string; readonly text: string };

/** Parts of the page that the menus use; `Desk` has them. */
interface MenuPage {
  readonly columns: readonly Column[];
}

export class MenuState {
  current: MenuSubject | null = null;
  place: MenuPlace = { x: 0, y: 0 };

  constructor(
    private readonly page: MenuPage,
    private readonly changed: () => void,
  ) {}

  /** Open a menu in place of any other. */
  open(subject: MenuSubject, place: MenuPlace = this.place): void {
    this.current = subject;
    this.place = place;
    for (const { run } of this.page.columns) run.hold("menu");
    this.changed();
  }

  close(): void {
    if (!this.current) return;
    this.current = null;
    for (const { run } of this.page.columns) run.release("menu");
    this.changed();
  }

  /** Close the menu of a post that was deleted. */
  onDeleted(ids: readonly string[]): void {
    const { current } = this;
    if (current && current.kind !== "word" && ids.includes(current.card.id)) this.close();
  }
}
