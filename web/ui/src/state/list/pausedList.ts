/**
 * Paused list: keeps the cards of a list in their positions from the moment of its pause, each in its latest version. A card that was
 * trimmed or removed meanwhile stays in the list; new cards are only counted; older cards that a reader loads are appended. The list of a
 * past span is paused as well.
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

  /** Return the cards in their positions, each in its current version; a card that left the index stays in its last version. */
  cards(): Card[] {
    return this.shown.map((card) => this.cardIndex.cards.get(card.id) ?? card);
  }

  /** Apply a change of the post store after the card index has applied it. `added`: ids of the cards that the index added. */
  apply(change: StoreChange, added: readonly string[]): void {
    if (change.cleared) this.newIds.clear();
    for (const id of added) if (!this.byId.has(id)) this.newIds.add(id);
    for (const { post } of change.removed) if (!this.cardIndex.cards.has(readId(post))) this.newIds.delete(readId(post));
    for (const post of change.put) {
      const card = this.byId.get(readId(post));
      if (card && this.cardIndex.cards.get(card.id) !== card) this.cardIndex.refresh(card, post);
    }
  }

  /** Append the added cards that are older than the last card. A near-duplicate of a shown card is not appended. */
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

  /** Append further cards of a ranking, in its order. Cards that are shown already keep their positions. */
  appendRanked(cards: readonly Card[]): void {
    for (const card of cards) {
      if (this.byId.has(card.id)) continue;
      this.newIds.delete(card.id);
      this.shown.push(card);
      this.byId.set(card.id, card);
    }
  }

  /** Return how many new cards the list will show when it resumes. */
  countNew(filter: Filter | null): number {
    let found = 0;
    for (const id of this.newIds) {
      const card = this.cardIndex.cards.get(id);
      if (card && this.cardIndex.lead(card) === card && (!filter || filter(card))) found++;
    }
    return found;
  }
}
