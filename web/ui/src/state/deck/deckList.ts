/** Deck list: requests and deletes stored decks for the views. An error of the API becomes its message; an aborted request becomes null. */
import { savedDeckWords } from "../../words";
import { ApiError } from "../../wire/api";
import { deckApi, type DeckSummary } from "../../wire/deckApi";

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
