/** Deck list: requests the stored decks for the views. An error of the API becomes its message; an aborted request becomes null. */
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
