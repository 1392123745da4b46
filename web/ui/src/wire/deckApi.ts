/**
 * Typed client of the decks API: lists, returns, saves and deletes decks, moves read markers and changes pins. A refusal is thrown as
 * `ApiError`; a refusal because somebody else saved the deck is thrown as `DeckConflict` with the deck as it is stored.
 */
import { ApiError, send } from "./api";
import type { Problem } from "./frame";

/** A deck as it travels: title and columns as data, which `state/deck/deckDocument.ts` reads. */
export interface WireDeck {
  version: number;
  title: string;
  columns: unknown[];
}

/** A pin of a post; times in ms. `gone_at` is set once the post was deleted at its source. */
export interface Pin {
  note: string;
  handled: boolean;
  pinned: boolean;
  pinned_at: number;
  changed_at: number;
  gone_at: number | null;
}

export type PinChange = Partial<Pick<Pin, "note" | "handled" | "pinned">>;

export interface DeckSummary {
  id: string;
  title: string;
  revision: number;
  changed_at: number;
  columns: number;
}

export interface WholeDeck {
  id: string;
  revision: number;
  changed_at: number;
  deck: WireDeck;
  read: Record<string, number>;
  pins: Record<string, Pin>;
}

export interface SavedRevision {
  revision: number;
  changed_at: number;
}

/** Thrown where another revision is stored than the one that the page knows. `current` is null if the deck was deleted. */
export class DeckConflict extends ApiError {
  constructor(
    problem: Problem,
    readonly current: WholeDeck | null,
  ) {
    super(409, problem);
  }
}

const pathOf = (id: string): string => `/api/decks/${encodeURIComponent(id)}`;

/** Send a change. A conflict is thrown with the stored deck. */
async function change<T>(method: "PUT" | "DELETE", path: string, body: unknown, keepalive = false): Promise<T> {
  return send<T>(method, path, body, { keepalive, refused: (status, answer) => {
    const { error, current } = answer as { error?: Problem; current?: WholeDeck | null };
    return status === 409 && error?.code === "deck_conflict" ? new DeckConflict(error, current ?? null) : null;
  } });
}

export const deckApi = {
  list: (signal?: AbortSignal) => send<{ decks: DeckSummary[] }>("GET", "/api/decks", undefined, signal ? { signal } : {}),
  get: (id: string) => send<WholeDeck>("GET", pathOf(id)),
  save: (id: string, revision: number | null, deck: WireDeck) => change<SavedRevision>("PUT", pathOf(id), { revision, deck }),
  remove: (id: string) => change<{ revision: number }>("DELETE", pathOf(id), {}),
  /** Move read markers. `keepalive`: the request outlives the page, which is being closed. */
  read: (id: string, read: Record<string, number>, keepalive = false) => change<{ read: Record<string, number> }>("PUT", `${pathOf(id)}/read`, { read }, keepalive),
  pin: (id: string, postId: string, pin: PinChange) => change<Pin>("PUT", `${pathOf(id)}/pins/${encodeURIComponent(postId)}`, pin),
  unpin: (id: string, postId: string) => change<{ revision: number }>("DELETE", `${pathOf(id)}/pins/${encodeURIComponent(postId)}`, {}),
};
