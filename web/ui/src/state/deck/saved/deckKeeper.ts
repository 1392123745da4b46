/**
 * Deck keeper: the deck that is shown, as it is stored. It opens the deck of the address, saves the columns over the revision that they came
 * from, makes and deletes decks, and follows what others save: at once where this reader changed nothing, else as an offer to compare. A
 * conflict is solved by taking theirs, mine, or both (`mergeDecks.ts`). Markers and pins are in `deckMarks.ts`.
 */
import { savedDeckWords } from "../../../words";
import { ApiError } from "../../../wire/api";
import { deckApi, DeckConflict, type PinChange, type SavedRevision, type WholeDeck } from "../../../wire/deckApi";
import type { Frame } from "../../../wire/frame";
import { type DeckDocument, wireDeckOf } from "../deckDocument";
import { DeckMarks } from "./deckMarks";
import { deckIdOf, pathOfDeck } from "../deckName";
import { saveUnderTitle } from "./deckList";
import { dropDeckCopy, saveDeckCopy } from "./deckStorage";
import { type Conflict, type KeptDeck, keptOf } from "./keptDeck";
import type { KeptPage } from "./keptPage";
import { sameDeck } from "./mergeDecks";
import { OneAtATime } from "./oneAtATime";
import { keepDraftBase, type OpenedDeck } from "./openDeck";
import { ShownDeck } from "./shownDeck";

/** Milliseconds between two looks whether a held column is free. */
const HELD_LOOK_MS = 1_000;

export class DeckKeeper {
  id: string | null = null;
  title = "";
  /** The deck as it was stored when this page took it; null while it is stored nowhere. */
  base: KeptDeck | null = null;
  /** Deck that somebody else saved while this reader had unsaved changes; null without one. */
  newer: KeptDeck | null = null;
  conflict: Conflict | null = null;
  isSaving = false;
  /** Why the deck was not saved. */
  saveProblem: string | null = null;
  /** Why the deck was not opened, or is shown as this browser had it. */
  openProblem: ApiError | null = null;
  deletedElsewhere = false;
  readonly marks = new DeckMarks(() => this.id, () => this.changed(), (why) => this.page.toast(savedDeckWords.toastPinFailed(why)));
  private readonly shown: ShownDeck;
  private readonly refresh = new OneAtATime(() => this.fetch());

  constructor(
    private readonly page: KeptPage,
    private readonly changed: () => void,
  ) {
    this.shown = new ShownDeck(page);
  }

  /** Columns that are shown in a former state, because a reader is in them. */
  get held(): ReadonlySet<string> {
    return this.shown.held;
  }

  get pins(): DeckMarks["pins"] {
    return this.marks.pins;
  }

  get read(): DeckMarks["read"] {
    return this.marks.read;
  }

  readonly changePin = (postId: string, change: PinChange): Promise<void> => this.marks.changePin(postId, change);
  readonly removePin = (postId: string): Promise<void> => this.marks.removePin(postId);
  readonly readUpTo = (columnId: string, number: number): void => {
    this.marks.readUpTo(columnId, number);
  };

  /** Take the deck that the address named, as `openDeck.ts` read it before the page began. */
  start(opened: OpenedDeck | null): void {
    if (opened) {
      this.id = opened.id;
      if (opened.whole) this.take(opened.whole);
      else this.title = opened.id;
      this.openProblem = opened.problem;
      if (opened.whole && opened.draftBase) this.takeDraftBase(opened.draftBase);
      this.page.follow(this.id);
    }
    this.marks.start();
    setInterval(() => this.tick(), HELD_LOOK_MS);
  }

  /** The deck as the reader would save it. */
  get mine(): DeckDocument {
    return { title: this.title, columns: this.shown.columnsToSave(this.base?.columns ?? []) };
  }

  /** Whether the columns differ from the stored ones by what this reader did. A deck without a name has nothing to differ from. */
  get isUnsaved(): boolean {
    return this.id !== null && (!this.base || !sameDeck(this.base, this.mine));
  }

  /** Note that the columns of the page changed: a reload of this tab has to know where unsaved ones came from. */
  columnsChanged(): void {
    if (this.id !== null) keepDraftBase(this.id, this.isUnsaved ? this.base : null);
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
    const isFirst = this.id === null;
    let id = "";
    const saved = await this.put(null, null, mine, async () => {
      const made = await saveUnderTitle(mine);
      ({ id } = made);
      return made.saved;
    }, () => this.moveTo(id));
    if (saved) await this.marks.moveTo(id, isFirst);
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
    this.page.showConflict(true);
  }

  // -- conflicts

  /** Open the comparison with what somebody saved meanwhile. */
  compare(): void {
    if (!this.newer) return;
    this.conflict = { base: this.base ?? { title: this.title, columns: [] }, theirs: this.newer, mine: this.mine };
    this.page.showConflict(true);
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
      this.page.showConflict(false);
      this.changed();
      return true;
    }
    const mine = joined ?? conflict.mine;
    const id = this.id;
    const saved = await this.put(id, theirs?.revision ?? null, mine, () => deckApi.save(id, theirs?.revision ?? null, wireDeckOf(mine)));
    if (saved && joined) this.shown.show(mine.columns);
    if (saved) this.page.showConflict(false);
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
    this.shown.settle(this.page.specs);
    this.page.follow(null);
    history.pushState(null, "", "/");
    this.page.replaceHistory();
  }

  private moveTo(id: string): void {
    this.id = id;
    history.pushState(history.state, "", pathOfDeck(id));
    this.page.replaceHistory();
    this.page.follow(id);
  }

  // -- following

  /** Handle a frame of the page: request the deck if it changed, and note which pinned posts were deleted. */
  onFrame(frame: Frame): void {
    if (frame.type === "deleted") this.marks.onDeleted(frame.ids);
    else if (frame.type === "deck" && frame.deck === this.id) void this.refresh.request();
  }

  /** Handle back or forward: `show` shows the columns of that step; a step of another deck is loaded. */
  onPop(show: () => void): void {
    if (deckIdOf(location.pathname) === this.id) show();
    else location.reload();
  }

  /** Request the deck and take it. Return whether that has to be done again, because the deck was being saved. */
  private async fetch(): Promise<boolean> {
    const { id } = this;
    if (id === null) return false;
    try {
      const whole = await deckApi.get(id);
      if (this.id === id && this.isSaving) return true;
      if (this.id === id) this.take(whole);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.id === id && error.status === 404 && this.base) this.onDeleted();
    }
    this.changed();
    return false;
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
    const hasOwn = this.base !== null || this.deletedElsewhere || this.openProblem?.status === 404;
    [this.deletedElsewhere, this.openProblem] = [false, null];
    if (theirs.revision === this.base?.revision) return;
    if (hasOwn && this.isUnsaved) {
      this.newer = theirs;
      return;
    }
    const first = this.base === null;
    this.adopt(theirs, (id) => !first && this.page.isBusy(id));
    if (!first) this.page.toast(savedDeckWords.toastTheirs(theirs.title || savedDeckWords.untitled));
  }

  private adopt(theirs: KeptDeck, isBusy: (id: string) => boolean): void {
    [this.title, this.base] = [theirs.title, theirs];
    this.shown.take(theirs.columns, isBusy);
  }

  private setBase(base: KeptDeck): void {
    this.base = base;
    this.shown.settle(base.columns);
    if (this.id !== null) saveDeckCopy({ id: this.id, revision: base.revision, changed_at: base.changedAt, deck: wireDeckOf(base), read: this.read, pins: this.pins });
  }

  /** Take columns that this reader had not saved when the page was loaded again, and the deck that they came from. */
  private takeDraftBase({ base, columns }: NonNullable<OpenedDeck["draftBase"]>): void {
    const theirs = this.base;
    if (!theirs) return;
    this.base = base;
    this.newer = theirs.revision === base.revision ? null : theirs;
    this.shown.show(columns);
  }

  /** Let held columns change that no reader is in any more. */
  private tick(): void {
    const { base, held } = this;
    if (base && held.size && this.shown.canShowMore && !this.isUnsaved) this.adopt(base, (id) => held.has(id) && this.page.isBusy(id));
  }
}
