/**
 * The list of a column while it stands still (paused, or a closed span): each card keeps its place, whatever becomes of it.
 * A card that left the holding only because newer ones came is still read; what is new meanwhile is counted.
 */
import type { Card, Folding } from "../../posts/cardIndex";
import type { Change } from "../../posts/postStore";
import { readId } from "../../wire/post";
import type { Filter } from "./postFilter";

export class Standing {
  private readonly byId: Map<string, Card>;
  private readonly newIds = new Set<string>();

  constructor(
    private readonly places: Card[],
    private readonly folding: Folding,
  ) {
    this.byId = new Map(places.map((card) => [card.id, card]));
  }

  /** The cards in their places, each as it is now or, where it left, as it was. */
  cards(): Card[] {
    return this.places.map((card) => this.folding.cards.get(card.id) ?? card);
  }

  /** Apply what happened, after the folding did; `added` are its new cards. */
  take(change: Change, added: readonly string[]): void {
    if (change.cleared) this.newIds.clear();
    for (const id of added) if (!this.byId.has(id)) this.newIds.add(id);
    for (const { post } of change.removed) if (!this.folding.cards.has(readId(post))) this.newIds.delete(readId(post));
    for (const post of change.put) {
      const card = this.byId.get(readId(post));
      if (card && this.folding.cards.get(card.id) !== card) this.folding.renew(card, post);
    }
  }

  /** Older posts that were asked for, or were still on their way, join the end; one like a card that is shown lies under it. */
  grow(added: readonly string[]): void {
    const last = this.places.at(-1);
    const cards = added.map((id) => this.folding.cards.get(id)).filter((card) => card !== undefined);
    for (const card of cards.sort((a, b) => b.place - a.place)) {
      if (this.byId.has(card.id) || (last && card.place > last.place)) continue;
      this.newIds.delete(card.id);
      if (this.folding.lead(card) !== card || this.folding.others(card).some((other) => this.byId.has(other.id))) continue;
      this.places.push(card);
      this.byId.set(card.id, card);
    }
  }

  /** Return how many cards will be new in the list when it goes on. */
  waiting(filter: Filter | null): number {
    let found = 0;
    for (const id of this.newIds) {
      const card = this.folding.cards.get(id);
      if (card && this.folding.lead(card) === card && (!filter || filter(card))) found++;
    }
    return found;
  }
}
