/**
 * Deck marks: the read markers and the pins of the deck that is shown. Those of a stored deck are on the server, those of the unnamed deck in
 * the browser. Of two markers the greater wins. A pin changes at once here and is taken back if the server refuses it; markers are gathered
 * and sent every two seconds, and when the tab is hidden.
 */
import { savedDeckWords } from "../../words";
import { ApiError } from "../../wire/api";
import { deckApi, type Pin, type PinChange, type WholeDeck } from "../../wire/deckApi";
import { loadMarks, onOtherTabMarks, saveMarks } from "./deckStorage";

/** Milliseconds that markers are gathered before they are sent. */
export const MARKERS_SENT_EVERY_MS = 2_000;
/** Pins of a deck at most, and characters of a note. */
export const PINS_MAX = 500;
export const NOTE_MAX_LENGTH = 2_000;

export class DeckMarks {
  read: Readonly<Record<string, number>> = {};
  pins: Readonly<Record<string, Pin>> = {};
  private waiting: Record<string, number> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Changes of pins that the server has not answered yet. A deck that arrives meanwhile does not undo them. */
  private readonly unanswered = new Map<string, Pin | null>();

  constructor(
    /** Returns the id of the stored deck, null for the unnamed one. */
    private readonly deckId: () => string | null,
    private readonly changed: () => void,
    private readonly pinFailed: (why: string) => void,
  ) {}

  /** Show the marks of the browser, and listen to other tabs and to the end of the page. */
  start(): void {
    if (this.deckId() === null) this.loadLocal();
    onOtherTabMarks(() => {
      if (this.deckId() === null) this.loadLocal();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) void this.sendMarkers(true);
    });
  }

  private loadLocal(): void {
    const { read, pins } = loadMarks();
    [this.read, this.pins] = [greatest(read, this.read), pins];
    this.changed();
  }

  /** Take the marks of a deck that the server sent. */
  take({ read, pins }: Pick<WholeDeck, "read" | "pins">): void {
    this.read = greatest(read, this.waiting);
    let shown: Readonly<Record<string, Pin>> = pins;
    for (const [postId, pin] of this.unanswered) shown = withPin(shown, postId, pin);
    this.pins = shown;
  }

  /** Note that a column was read up to a sequence number. A lesser number than the present one changes nothing. */
  readUpTo(columnId: string, number: number): void {
    if (number <= (this.read[columnId] ?? -1)) return;
    this.read = { ...without(this.read, columnId), [columnId]: number };
    if (this.deckId() === null) saveMarks(this);
    else {
      this.waiting[columnId] = number;
      this.timer ??= setTimeout(() => void this.sendMarkers(), MARKERS_SENT_EVERY_MS);
    }
    this.changed();
  }

  /** Send the gathered markers; those that could not be sent wait for the next time. */
  async sendMarkers(leaving = false): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const [id, sent] = [this.deckId(), this.waiting];
    if (id === null || !Object.keys(sent).length) return;
    this.waiting = {};
    try {
      const { read } = await deckApi.read(id, sent, leaving);
      if (this.deckId() === id) this.read = greatest(read, this.read);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.deckId() !== id || error.status === 404) return;
      this.waiting = greatest(sent, this.waiting);
      this.timer ??= setTimeout(() => void this.sendMarkers(), 5 * MARKERS_SENT_EVERY_MS);
    }
    this.changed();
  }

  /** Change a pin, or make one. */
  async changePin(postId: string, change: PinChange): Promise<void> {
    const before = this.pins[postId] ?? null;
    if (!before && Object.keys(this.pins).length >= PINS_MAX) {
      this.pinFailed(savedDeckWords.pinsFull(PINS_MAX));
      return;
    }
    const after = changedPin(before, { ...change, ...(change.note === undefined ? {} : { note: change.note.slice(0, NOTE_MAX_LENGTH) }) }, Date.now());
    const saysNothing = !after.pinned && !after.handled && !after.note;
    await this.put(postId, before, saysNothing ? null : after, (id) => deckApi.pin(id, postId, change));
  }

  async removePin(postId: string): Promise<void> {
    const before = this.pins[postId] ?? null;
    if (before) await this.put(postId, before, null, (id) => deckApi.unpin(id, postId));
  }

  /** Note that posts were deleted at their source. The server notes the same of a stored deck. */
  onDeleted(ids: readonly string[]): void {
    const gone = ids.filter((id) => this.pins[id]?.gone_at === null);
    if (!gone.length) return;
    const at = Date.now();
    this.pins = { ...this.pins, ...Object.fromEntries(gone.map((id) => [id, { ...this.pins[id] as Pin, gone_at: at }])) };
    if (this.deckId() === null) saveMarks(this);
  }

  /**
   * Send the markers to a new deck, which has the columns of the present one. The pins of the unnamed deck move along and leave the browser;
   * those of a stored deck stay with it.
   */
  async moveTo(id: string, withPins: boolean): Promise<void> {
    if (withPins) saveMarks({ read: {}, pins: {} });
    else this.pins = {};
    this.waiting = { ...this.read };
    await this.sendMarkers();
    for (const [postId, { note, handled, pinned }] of Object.entries(this.pins)) {
      try {
        await deckApi.pin(id, postId, { note, handled, pinned });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status !== 404) this.pinFailed(error.message);
      }
    }
  }

  private async put(postId: string, before: Pin | null, after: Pin | null, send: (id: string) => Promise<unknown>): Promise<void> {
    this.set(postId, after);
    const id = this.deckId();
    if (id === null) {
      saveMarks(this);
      return;
    }
    this.unanswered.set(postId, after);
    try {
      await send(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.deckId() === id && this.unanswered.get(postId) === after) {
        this.set(postId, before);
        this.pinFailed(error.message);
      }
    } finally {
      if (this.unanswered.get(postId) === after) this.unanswered.delete(postId);
    }
  }

  private set(postId: string, pin: Pin | null): void {
    this.pins = withPin(this.pins, postId, pin);
    this.changed();
  }
}

function without<T>(map: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([other]) => other !== name));
}

/** Return pins with another pin of a post, or without it. */
function withPin(pins: Readonly<Record<string, Pin>>, postId: string, pin: Pin | null): Readonly<Record<string, Pin>> {
  return pin ? { ...pins, [postId]: pin } : without(pins, postId);
}

/** Return both maps as one, with the greater number of each column. */
function greatest(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const both = { ...a };
  for (const [column, number] of Object.entries(b)) both[column] = Math.max(number, both[column] ?? 0);
  return both;
}

/** Return a pin after a change, as the server computes it (docs/reference/protocol.md, "Decks"). */
function changedPin(before: Pin | null, change: PinChange, now: number): Pin {
  const pinned = change.pinned ?? before?.pinned ?? (change.note !== undefined || change.handled === undefined);
  return {
    note: change.note ?? before?.note ?? "",
    handled: change.handled ?? before?.handled ?? false,
    pinned,
    pinned_at: pinned && !before?.pinned ? now : before?.pinned_at ?? 0,
    changed_at: now,
    gone_at: before?.gone_at ?? null,
  };
}
