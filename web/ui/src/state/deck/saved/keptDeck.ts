/** Kept deck: a deck as it is stored under a revision, read from an answer of the server, and a save that met another one. */
import type { WholeDeck } from "../../../wire/deckApi";
import type { Settings } from "../../page/settings";
import { randomColumnId } from "../../columnSpec";
import { type DeckDocument, deckOf } from "../deckDocument";
import { mergeDecks } from "./mergeDecks";

export interface KeptDeck extends DeckDocument {
  readonly revision: number;
  /** When it was saved, ms. */
  readonly changedAt: number;
}

/** A save that met another one. `theirs` is null if the deck was deleted. */
export interface Conflict {
  readonly base: DeckDocument;
  readonly theirs: KeptDeck | null;
  readonly mine: DeckDocument;
}

/** Return the deck of an answer of the server. */
export function keptOf({ revision, changed_at: changedAt, deck }: WholeDeck, settings: Settings): KeptDeck {
  return { ...deckOf(deck, settings), revision, changedAt };
}

/** Return the deck that has the columns of both sides of a conflict; null if theirs was deleted. */
export function bothOf({ base, theirs, mine }: Conflict): DeckDocument | null {
  return theirs && mergeDecks(base, theirs, mine, randomColumnId);
}
