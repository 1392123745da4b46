/**
 * Deck list: requests and deletes stored decks for the views, and makes new ones. An error of the API becomes its message; an aborted request becomes
 * null.
 */
import { savedDeckWords } from "../../../words";
import { ApiError } from "../../../wire/api";
import { deckApi, DeckConflict, type DeckSummary, type SavedRevision } from "../../../wire/deckApi";
import { type DeckDocument, wireDeckOf } from "../deckDocument";
import { idsForTitle } from "../deckName";

export async function listDecks(signal: AbortSignal): Promise<DeckSummary[] | string | null> {
  try {
    return (await deckApi.list(signal)).decks;
  } catch (error) {
    if (signal.aborted) return null;
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

/** Delete a deck and say so. Return why it could not be deleted, null if it was. */
export async function deleteDeck(page: { readonly keeper: { remove(id: string): Promise<void> }; showToast(text: string): void }, id: string, title: string): Promise<string | null> {
  try {
    await page.keeper.remove(id);
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
  page.showToast(savedDeckWords.toastDeleted(title));
  return null;
}

/** Save a new deck under the first id of its title that no deck has. Raises: ApiError. */
export async function saveUnderTitle(deck: DeckDocument): Promise<{ id: string; saved: SavedRevision }> {
  for (const id of idsForTitle(deck.title)) {
    try {
      return { id, saved: await deckApi.save(id, null, wireDeckOf(deck)) };
    } catch (error) {
      if (!(error instanceof DeckConflict)) throw error;
    }
  }
  throw new ApiError(409, { code: "deck_conflict", message: savedDeckWords.nameTaken });
}
