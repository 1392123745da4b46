/**
 * Post desk: what a reader does with single posts: the menus of cards and words, the question why a post matches, and the pinned posts of the
 * deck; and what is deleted at its source. `Desk` owns it.
 */
import { DeletedIds } from "../../posts/postStore";
import type { Post } from "../../wire/post";
import { columnsWords } from "../../words";
import { PinActions } from "../pins/pinActions";
import type { Desk } from "../desk";
import { MenuState } from "./menuState";
import { WhyState } from "./whyState";

export class PostDesk {
  readonly menus: MenuState;
  readonly why: WhyState;
  readonly pins: PinActions;
  /** Tombstones of posts that were deleted at their source. All columns share them for the life of the page. */
  readonly deletedIds = new DeletedIds();

  constructor(
    private readonly desk: Desk,
    changed: () => void,
  ) {
    this.menus = new MenuState(desk, changed);
    this.why = new WhyState(() => desk.openDialog("why"), () => { if (desk.dialog === "why") desk.openDialog(null); }, changed, ({ spec }) => columnsWords.nameOf(spec));
    this.pins = new PinActions({
      get keeper() { return desk.keeper; },
      get settings() { return desk.settings; },
      updateSettings: (change) => desk.updateSettings(change),
      showToast: (text, undo) => desk.showToast(text, undo),
      loadedPost: (id) => this.loadedPost(id),
    }, changed);
  }

  /** Forget what is shown of posts that were deleted at their source. */
  onDeleted({ ids, versions }: { ids: string[]; versions?: Record<string, number> }): void {
    this.deletedIds.add(ids, versions);
    this.menus.onDeleted(ids);
    this.why.onDeleted(ids);
    this.pins.onDeleted(ids);
  }

  /** Return a post that a column holds; null if none does. */
  private loadedPost(id: string): Post | null {
    for (const { run } of this.desk.columns) {
      const card = run.cardIndex.cards.get(id);
      if (card) return card.post;
    }
    return null;
  }
}
