/**
 * Opening a deck: before the page begins, reads the deck that the address names, so that the page subscribes to its searches and to no other.
 * If the server does not answer, the copy in this browser stands in. Columns that were unsaved when the page was loaded again are kept.
 */
import { ApiError } from "../../wire/api";
import { deckApi, type WholeDeck } from "../../wire/deckApi";
import type { ColumnSpec } from "../columnSpec";
import type { Settings } from "../page/settings";
import { deckOf, wireDeckOf } from "./deckDocument";
import { deckIdOf } from "./deckName";
import { readPlace } from "./deckHistory";
import { deckCopy } from "./deckStorage";
import type { KeptDeck } from "./keptDeck";
import { sameDeck } from "./mergeDecks";

/** Key of the deck that unsaved columns came from, before the id of the deck. */
const BASE_KEY = "murmuration-deck-base:";

/** The deck of the address: as the server has it, or a copy of it (then `problem` says why), or null. */
export interface OpenedDeck {
  readonly id: string;
  readonly whole: WholeDeck | null;
  readonly problem: ApiError | null;
  /** Columns of this tab that were not saved, and the deck that they came from. */
  readonly draftBase: { readonly base: KeptDeck; readonly columns: readonly ColumnSpec[] } | null;
}

/** Return the deck of the address, null if it names none. The columns to show are in the browser's history then. */
export async function openDeck(settings: Settings): Promise<OpenedDeck | null> {
  const id = deckIdOf(location.pathname);
  if (id === null) return null;
  const draftBase = draftOf(id, settings);
  const { whole, problem } = await fetchDeck(id);
  if (!draftBase && whole) {
    const { columns } = deckOf(whole.deck, settings);
    history.replaceState({ ids: columns.map((spec) => spec.id), selected: selectedId(), columns }, "", location.pathname);
  }
  return { id, whole, problem, draftBase };
}

async function fetchDeck(id: string): Promise<Pick<OpenedDeck, "whole" | "problem">> {
  try {
    return { whole: await deckApi.get(id), problem: null };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { whole: error.status === 404 ? null : deckCopy(id), problem: error };
  }
}

/** Keep the deck that unsaved columns came from, for a reload of this tab; null: nothing is unsaved. */
export function keepDraftBase(id: string, base: KeptDeck | null): void {
  try {
    if (base) sessionStorage.setItem(BASE_KEY + id, JSON.stringify({ revision: base.revision, changedAt: base.changedAt, deck: wireDeckOf(base) }));
    else sessionStorage.removeItem(BASE_KEY + id);
  } catch {
    // Without storage a reload shows the stored deck.
  }
}

function draftOf(id: string, settings: Settings): OpenedDeck["draftBase"] {
  let stored: { revision?: unknown; changedAt?: unknown; deck?: WholeDeck["deck"] } | null;
  try {
    stored = JSON.parse(sessionStorage.getItem(BASE_KEY + id) ?? "null") as typeof stored;
  } catch {
    return null;
  }
  if (typeof stored?.revision !== "number" || typeof stored.changedAt !== "number" || !Array.isArray(stored.deck?.columns)) return null;
  const base = { ...deckOf(stored.deck, settings), revision: stored.revision, changedAt: stored.changedAt };
  if (!Array.isArray((history.state as { columns?: unknown } | null)?.columns)) return null;
  const columns = readPlace(settings).specs;
  return sameDeck({ ...base, columns }, base) ? null : { base, columns };
}

function selectedId(): unknown {
  return (history.state as { selected?: unknown } | null)?.selected;
}
