/**
 * Deck keeper: the deck that is shown, as it is stored. It opens the deck of the address, saves the columns over the revision that they came
 * from, makes and deletes decks, and follows what others save: at once where this reader changed nothing, else as an offer to compare. A
 * conflict is solved by taking theirs, mine, or both (`mergeDecks.ts`). Markers and pins are in `deckMarks.ts`.
 */
import { savedDeckWords } from "../../words";
import { ApiError } from "../../wire/api";
import { deckApi, DeckConflict, type Pin, type PinChange, type SavedRevision, type WholeDeck } from "../../wire/deckApi";
import type { Frame } from "../../wire/frame";
import { type ColumnSpec, randomColumnId } from "../columnSpec";
import type { Settings } from "../page/settings";
import { adoptDeck, savedColumns } from "./adoptDeck";
import { deckOf, type DeckDocument, wireDeckOf } from "./deckDocument";
import { DeckMarks } from "./deckMarks";
import { idsForTitle, pathOfDeck } from "./deckName";
import { dropDeckCopy, saveDeckCopy } from "./deckStorage";
import { mergeDecks, sameDeck } from "./mergeDecks";
import type { OpenedDeck } from "./openDeck";

/** A deck as it is stored, under a revision. */
export interface KeptDeck extends DeckDocument {
  readonly revision: number;
  readonly changedAt: number;
}

/** A save that met another one. `theirs` is null if the deck was deleted. */
export interface Conflict {
  readonly base: DeckDocument;
  readonly theirs: KeptDeck | null;
  readonly mine: DeckDocument;
}

/** Parts of the page that the keeper uses; `Desk` has them. */
export interface KeptPage {
  readonly settings: Settings;
  /** The columns that are shown. */
  readonly specs: readonly ColumnSpec[];
  show(specs: readonly ColumnSpec[]): void;
  /** Whether a reader types in a column or reads its list, so that it must not change. */
  isBusy(columnId: string): boolean;
  /** Write the columns into the browser's history, under the address of the deck. */
  replaceHistory(): void;
  /** Be told of each change of a deck; null: of none. */
  follow(deckId: string | null): void;
  toast(text: string): void;
}

export class DeckKeeper {
  id: string | null = null;
  title = "";
  /** The deck as it was stored when this page took it; null while it is stored nowhere. */
  base: KeptDeck | null = null;
  /** What somebody saved while this reader had changes of his own. */
  newer: KeptDeck | null = null;
  conflict: Conflict | null = null;
  /** Columns that are shown in a former state, because a reader is in them. */
  held: ReadonlySet<string> = new Set();
  isSaving = false;
  /** Why the deck was not saved. */
  saveProblem: string | null = null;
  /** Why the deck was not opened, or is shown as this browser had it. */
  openProblem: ApiError | null = null;
  deletedElsewhere = false;
  readonly marks = new DeckMarks(() => this.id, () => this.changed(), (why) => this.page.toast(savedDeckWords.toastPinFailed(why)));
  /** The columns as they were shown when the stored deck was taken. */
  private expected: readonly ColumnSpec[] = [];
  private refreshing = false;
  private refreshAgain = false;

  constructor(
    private readonly page: KeptPage,
    private readonly changed: () => void,
  ) {}

  get pins(): Readonly<Record<string, Pin>> {
    return this.marks.pins;
  }

  get read(): Readonly<Record<string, number>> {
    return this.marks.read;
  }

  changePin(postId: string, change: PinChange): Promise<void> {
    return this.marks.changePin(postId, change);
  }

  removePin(postId: string): Promise<void> {
    return this.marks.removePin(postId);
  }

  readUpTo(columnId: string, number: number): void {
    this.marks.readUpTo(columnId, number);
  }

  /** Take the deck that the address named, as `openDeck.ts` read it before the page began. */
  start(opened: OpenedDeck | null): void {
    if (opened) {
      this.id = opened.id;
      this.openProblem = opened.problem;
      if (opened.whole) this.take(opened.whole);
      if (opened.whole && opened.draftBase) this.takeDraftBase(opened.draftBase);
      this.page.follow(this.id);
    }
    this.marks.start();
  }

  /** The deck as the reader would save it. */
  get mine(): DeckDocument {
    return { title: this.title, columns: savedColumns(this.page.specs, this.expected, this.base?.columns ?? [], this.held) };
  }

  /** Whether the columns differ from the stored ones by what this reader did. A deck without a name has nothing to differ from. */
  get isUnsaved(): boolean {
    if (this.id === null) return false;
    return !this.base || !sameDeck(this.base, this.mine);
  }

  // -- saving

  /** Save the columns over the revision that they came from, with another title if one is given. Return whether they were saved. */
  async save(title = this.title): Promise<boolean> {
    if (this.id === null) return this.saveAs(title);
    const mine = { ...this.mine, title };
    return this.put(this.id, this.base?.revision ?? null, mine, () => deckApi.save(this.id as string, this.base?.revision ?? null, wireDeckOf(mine)));
  }

  /** Save the columns as a new deck, under an id made of its title; the page shows the new deck then. */
  async saveAs(title: string): Promise<boolean> {
    const mine = { ...this.mine, title };
    const marks = this.id === null;
    let id = "";
    const saved = await this.put(null, null, mine, async () => {
      for (const one of idsForTitle(title)) {
        id = one;
        try {
          return await deckApi.save(id, null, wireDeckOf(mine));
        } catch (error) {
          if (!(error instanceof DeckConflict)) throw error;
        }
      }
      throw new ApiError(409, { code: "deck_conflict", message: savedDeckWords.notSaved(title) });
    }, () => this.moveTo(id));
    if (saved && marks) await this.marks.moveToServer(id);
    else if (saved) this.marks.take({ read: {}, pins: {} });
    return saved;
  }

  private async put(id: string | null, revision: number | null, mine: DeckDocument, send: () => Promise<SavedRevision>, done?: () => void): Promise<boolean> {
    if (this.isSaving) return false;
    [this.isSaving, this.saveProblem] = [true, null];
    this.changed();
    try {
      const saved = await send();
      done?.();
      this.setBase({ ...mine, revision: saved.revision, changedAt: saved.changed_at });
      [this.title, this.newer, this.conflict, this.openProblem, this.deletedElsewhere] = [mine.title, null, null, null, false];
      this.page.toast(savedDeckWords.toastSaved(mine.title || savedDeckWords.untitled));
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error instanceof DeckConflict && id !== null) this.meet(error.current, mine, revision);
      else this.saveProblem = error.message;
      return false;
    } finally {
      this.isSaving = false;
      this.changed();
    }
  }

  /** Handle a save that was refused because another one came before. The same columns are no conflict: an answer was lost. */
  private meet(current: WholeDeck | null, mine: DeckDocument, revision: number | null): void {
    const theirs = current && keptOf(current, this.page.settings);
    if (theirs && sameDeck(theirs, mine)) {
      this.setBase(theirs);
      [this.title, this.newer] = [theirs.title, null];
      return;
    }
    const base = revision !== null && this.base ? this.base : { title: mine.title, columns: [] };
    this.conflict = { base, theirs, mine };
  }

  // -- conflicts

  /** Open the comparison with what somebody saved meanwhile. */
  compare(): void {
    if (this.newer && this.base) this.conflict = { base: this.base, theirs: this.newer, mine: this.mine };
    this.changed();
  }

  /** The deck that has both sides' columns; null if the deck was deleted. */
  get both(): DeckDocument | null {
    const { conflict } = this;
    return conflict?.theirs ? mergeDecks(conflict.base, conflict.theirs, conflict.mine, randomColumnId) : null;
  }

  /** Solve the conflict: show theirs, or save mine or a joined deck over theirs. Return whether it is solved. */
  async resolve(how: "theirs" | "mine", joined: DeckDocument | null = null): Promise<boolean> {
    const { conflict } = this;
    if (!conflict || this.id === null) return true;
    const { theirs } = conflict;
    if (how === "theirs") {
      [this.conflict, this.newer] = [null, null];
      if (theirs) this.adopt(theirs, () => false);
      else this.leave();
      this.changed();
      return true;
    }
    const mine = joined ?? conflict.mine;
    const id = this.id;
    const saved = await this.put(id, theirs?.revision ?? null, mine, () => deckApi.save(id, theirs?.revision ?? null, wireDeckOf(mine)));
    if (saved && joined) this.show(mine.columns);
    return saved;
  }

  /** Put the conflict off: the columns stay unsaved. */
  postpone(): void {
    if (this.conflict?.theirs) this.newer = this.conflict.theirs;
    this.conflict = null;
    this.changed();
  }

  // -- deleting

  /** Delete a deck for everybody. If it is the one that is shown, its columns stay as a deck without a name. Raises: ApiError. */
  async remove(id: string): Promise<void> {
    await deckApi.remove(id);
    dropDeckCopy(id);
    if (id === this.id) this.leave();
    this.changed();
  }

  /** Go on with the columns as a deck without a name. */
  private leave(): void {
    [this.id, this.title, this.base, this.newer, this.conflict, this.deletedElsewhere] = [null, "", null, null, null, false];
    this.held = new Set();
    this.page.follow(null);
    history.pushState(null, "", "/");
    this.page.replaceHistory();
  }

  private moveTo(id: string): void {
    this.id = id;
    history.pushState(history.state, "", pathOfDeck(id));
    this.page.follow(id);
  }

  // -- following

  /** Handle the server's message that a deck changed: request it. */
  onDeckFrame(frame: Extract<Frame, { type: "deck" }>): void {
    if (frame.deck === this.id) void this.refresh();
  }

  /** Request the deck, once at a time; a message that comes meanwhile requests it again. */
  async refresh(): Promise<void> {
    if (this.refreshing) {
      this.refreshAgain = true;
      return;
    }
    const { id } = this;
    if (id === null) return;
    this.refreshing = true;
    try {
      do {
        this.refreshAgain = false;
        const whole = await deckApi.get(id);
        if (this.id === id && !this.isSaving) this.take(whole);
      } while (this.refreshAgain as boolean);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.id === id && error.status === 404 && this.base) this.onDeleted();
    } finally {
      this.refreshing = false;
      this.changed();
    }
  }

  private onDeleted(): void {
    dropDeckCopy(this.id as string);
    [this.base, this.newer, this.deletedElsewhere] = [null, null, true];
  }

  /** Take what the server has: marks at once, columns if this reader has changed none. */
  private take(whole: WholeDeck): void {
    saveDeckCopy(whole);
    this.marks.take(whole);
    const theirs = keptOf(whole, this.page.settings);
    this.deletedElsewhere = false;
    if (theirs.revision === this.base?.revision) return;
    if (this.base && this.isUnsaved) {
      this.newer = theirs;
      return;
    }
    const first = this.base === null;
    this.adopt(theirs, (id) => !first && this.page.isBusy(id));
    if (!first) this.page.toast(savedDeckWords.toastTheirs(theirs.title || savedDeckWords.untitled));
  }

  private adopt(theirs: KeptDeck, isBusy: (id: string) => boolean): void {
    const { columns, held } = adoptDeck(this.page.specs, theirs.columns, isBusy);
    this.held = held;
    this.title = theirs.title;
    this.base = theirs;
    this.show(columns);
  }

  private show(columns: readonly ColumnSpec[]): void {
    this.expected = columns;
    this.page.show(columns);
    this.page.replaceHistory();
  }

  private setBase(base: KeptDeck): void {
    this.base = base;
    [this.expected, this.held] = [base.columns, new Set()];
    if (this.id !== null) saveDeckCopy({ id: this.id, revision: base.revision, changed_at: base.changedAt, deck: wireDeckOf(base), read: this.read, pins: this.pins });
  }

  /** Take columns that this reader had not saved when the page was loaded again, and the deck that they came from. */
  private takeDraftBase({ base, columns }: NonNullable<OpenedDeck["draftBase"]>): void {
    const theirs = this.base;
    if (!theirs) return;
    this.base = base;
    this.newer = theirs.revision === base.revision ? null : theirs;
    this.show(columns);
  }

  /** Let held columns change that no reader is in any more. Called once a second. */
  tick(): void {
    const { base, held } = this;
    if (!held.size || !base || [...held].every((id) => this.page.isBusy(id))) return;
    if (!this.isUnsaved) this.adopt(base, (id) => held.has(id) && this.page.isBusy(id));
  }
}

/** Return the deck of an answer of the server. */
export function keptOf({ revision, changed_at: changedAt, deck }: WholeDeck, settings: Settings): KeptDeck {
  return { ...deckOf(deck, settings), revision, changedAt };
}
