/**
 * The list of a column while it stands still (paused, or a closed span): each card keeps its place, whatever becomes of it.
 * A card that left the holding only because newer ones came is still read; what is new meanwhile is counted.
 */
import type { Card, CardIndex } from "../../posts/cardIndex";
import type { StoreChange } from "../../posts/postStore";
import { readId } from "../../wire/post";
import type { Filter } from "./postFilter";

export class PausedList {
  private readonly byId: Map<string, Card>;
  private readonly newIds = new Set<string>();

  constructor(
    private readonly shown: Card[],
    private readonly cardIndex: CardIndex,
  ) {
    this.byId = new Map(shown.map((card) => [card.id, card]));
  }

  /** The cards in their places, each as it is now or, where it left, as it was. */
  cards(): Card[] {
    return this.shown.map((card) => this.cardIndex.cards.get(card.id) ?? card);
  }

  /** Apply what happened, after the folding did; `added` are its new cards. */
  apply(change: StoreChange, added: readonly string[]): void {
    if (change.cleared) this.newIds.clear();
    for (const id of added) if (!this.byId.has(id)) this.newIds.add(id);
    for (const { post } of change.removed) if (!this.cardIndex.cards.has(readId(post))) this.newIds.delete(readId(post));
    for (const post of change.put) {
      const card = this.byId.get(readId(post));
      if (card && this.cardIndex.cards.get(card.id) !== card) this.cardIndex.refresh(card, post);
    }
  }

  /** Older posts that were asked for, or were still on their way, join the end; one like a card that is shown lies under it. */
  appendOlder(added: readonly string[]): void {
    const last = this.shown.at(-1);
    const cards = added.map((id) => this.cardIndex.cards.get(id)).filter((card) => card !== undefined);
    for (const card of cards.sort((a, b) => b.sortTime - a.sortTime)) {
      if (this.byId.has(card.id) || (last && card.sortTime > last.sortTime)) continue;
      this.newIds.delete(card.id);
      if (this.cardIndex.lead(card) !== card || this.cardIndex.otherDuplicates(card).some((other) => this.byId.has(other.id))) continue;
      this.shown.push(card);
      this.byId.set(card.id, card);
    }
  }

  /** Return how many cards will be new in the list when it goes on. */
  countNew(filter: Filter | null): number {
    let found = 0;
    for (const id of this.newIds) {
      const card = this.cardIndex.cards.get(id);
      if (card && this.cardIndex.lead(card) === card && (!filter || filter(card))) found++;
    }
    return found;
  }
}
