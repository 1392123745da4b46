/**
 * Deck storage: keeps read markers and pins of the unnamed deck in the browser, and copies of the stored decks that this browser opened last,
 * so that they can be shown while the server does not answer. Where storage is forbidden or full, everything holds for this page only.
 */
import type { Pin, WholeDeck } from "../../../wire/deckApi";

/** Markers and pins, by column and by post. */
export interface LocalMarks {
  read: Record<string, number>;
  pins: Record<string, Pin>;
}

const MARKS_KEY = "murmuration-deck";
const COPIES_KEY = "murmuration-decks";
/** Decks of which a copy is kept. */
const COPIES_MAX = 10;
/** Markers of the unnamed deck that are kept, the last moved ones. */
export const LOCAL_MARKERS_MAX = 200;

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // With a full or forbidden storage it holds for this page only.
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function isPin(value: unknown): value is Pin {
  if (!isRecord(value)) return false;
  const { note, handled, pinned, pinned_at: pinnedAt, changed_at: changedAt, gone_at: goneAt } = value;
  return typeof note === "string" && typeof handled === "boolean" && typeof pinned === "boolean"
    && typeof pinnedAt === "number" && typeof changedAt === "number" && (goneAt === null || typeof goneAt === "number");
}

/** Return the marks of the unnamed deck, without what is not valid. */
export function loadMarks(): LocalMarks {
  const stored = read(MARKS_KEY);
  const { read: markers, pins } = isRecord(stored) ? stored : {};
  const entries = (value: unknown): [string, unknown][] => (isRecord(value) ? Object.entries(value) : []);
  return {
    read: Object.fromEntries(entries(markers).filter((one): one is [string, number] => typeof one[1] === "number" && one[1] >= 0)),
    pins: Object.fromEntries(entries(pins).filter((one): one is [string, Pin] => isPin(one[1]))),
  };
}

/** Keep the marks of the unnamed deck; of the markers those that moved last. */
export function saveMarks({ read: markers, pins }: LocalMarks): void {
  write(MARKS_KEY, { read: Object.fromEntries(Object.entries(markers).slice(-LOCAL_MARKERS_MAX)), pins });
}

/** Call `changed` when another tab has stored marks of the unnamed deck. */
export function onOtherTabMarks(changed: () => void): void {
  addEventListener("storage", (event) => {
    if (event.key === MARKS_KEY) changed();
  });
}

function copies(): WholeDeck[] {
  const stored = read(COPIES_KEY);
  if (!Array.isArray(stored)) return [];
  return (stored as unknown[]).filter((one): one is WholeDeck => isRecord(one) && typeof one.id === "string" && typeof one.revision === "number"
    && isRecord(one.deck) && Array.isArray(one.deck.columns) && isRecord(one.read) && isRecord(one.pins));
}

/** Return the copy of a deck, null if there is none. */
export function deckCopy(id: string): WholeDeck | null {
  return copies().find((one) => one.id === id) ?? null;
}

export function saveDeckCopy(deck: WholeDeck): void {
  write(COPIES_KEY, [deck, ...copies().filter(({ id }) => id !== deck.id)].slice(0, COPIES_MAX));
}

export function dropDeckCopy(id: string): void {
  write(COPIES_KEY, copies().filter((one) => one.id !== id));
}
