/**
 * Pin actions: pin a post to the deck, write its note, mark it handled, and show the pinned posts. The pins themselves are kept with the deck
 * (`PinKeeper`); here are the posts that they name, fetched once for as long as their place is shown, and the note that is being written.
 */
import { api, ApiError } from "../../wire/api";
import type { Pin, PinChange } from "../../wire/deckApi";
import type { Post } from "../../wire/post";
import { menuWords } from "../../words";
import { NOTE_MAX_LENGTH } from "../deck/saved/deckMarks";

/** Pinned posts that are fetched at the same time. */
const AT_ONCE = 4;

/** Keeper of the deck's pins: the server, or this browser for a deck without a name. */
export interface PinKeeper {
  readonly pins: Readonly<Record<string, Pin>>;
  changePin(postId: string, change: PinChange): Promise<void>;
}

/** A pinned post as its place shows it. `post` is null until it has arrived, and where it cannot be had. */
export interface PinnedPost {
  readonly id: string;
  readonly pin: Pin;
  readonly post: Post | null;
  /** Why the post cannot be shown; null while it can, or is on its way. */
  readonly problem: string | null;
}

/** Parts of the page that the actions use; `Desk` has them. */
interface PinPage {
  readonly keeper: PinKeeper;
  readonly settings: { readonly pinsShown: boolean; readonly hideHandled: boolean };
  updateSettings(change: { pinsShown?: boolean; hideHandled?: boolean }): void;
  showToast(text: string, undo?: (() => void) | null): void;
  /** Return a post that a column holds. */
  loadedPost(id: string): Post | null;
}

export class PinActions {
  /** Post whose note is being written; null otherwise. */
  editing: string | null = null;
  private readonly posts = new Map<string, Post>();
  private readonly problems = new Map<string, string>();
  private readonly asked = new Set<string>();

  constructor(
    private readonly page: PinPage,
    private readonly changed: () => void,
  ) {}

  /** The pinned posts of the deck, the last pinned first, with those that are handled unless they are hidden. */
  list(): PinnedPost[] {
    const { keeper, settings } = this.page;
    return Object.entries(keeper.pins)
      .filter(([id, { pinned, handled }]) => pinned && (!settings.hideHandled || !handled || id === this.editing))
      .sort(([, a], [, b]) => b.pinned_at - a.pinned_at)
      .map(([id, pin]) => ({ id, pin, post: pin.gone_at === null ? this.page.loadedPost(id) ?? this.posts.get(id) ?? null : null, problem: this.problems.get(id) ?? null }));
  }

  /** Number of pinned posts. */
  get count(): number {
    return Object.values(this.page.keeper.pins).filter(({ pinned }) => pinned).length;
  }

  /** Number of pinned posts that are hidden because they are handled. */
  get hiddenCount(): number {
    return this.page.settings.hideHandled ? Object.entries(this.page.keeper.pins).filter(([id, { pinned, handled }]) => pinned && handled && id !== this.editing).length : 0;
  }

  setPinned(id: string, pinned: boolean): void {
    void this.page.keeper.changePin(id, { pinned });
    this.page.showToast(pinned ? menuWords.toastPinned : menuWords.toastUnpinned, () => void this.page.keeper.changePin(id, { pinned: !pinned }));
  }

  setHandled(id: string, handled: boolean): void {
    void this.page.keeper.changePin(id, { handled });
    this.page.showToast(handled ? menuWords.toastHandled : menuWords.toastNotHandled, () => void this.page.keeper.changePin(id, { handled: !handled }));
  }

  /** Begin to write the note of a post, in the place of the pinned posts. A post that is not pinned is pinned by its note. */
  editNote(id: string | null): void {
    this.editing = id;
    if (id !== null && !this.page.keeper.pins[id]?.pinned) void this.page.keeper.changePin(id, { pinned: true });
    if (id !== null && !this.page.settings.pinsShown) this.page.updateSettings({ pinsShown: true });
    this.changed();
  }

  saveNote(id: string, note: string): void {
    this.editing = null;
    void this.page.keeper.changePin(id, { note: note.trim().slice(0, NOTE_MAX_LENGTH) });
    this.changed();
  }

  toggle(): void {
    this.page.updateSettings({ pinsShown: !this.page.settings.pinsShown });
  }

  setHideHandled(hideHandled: boolean): void {
    this.page.updateSettings({ hideHandled });
  }

  /** Fetch the pinned posts that no column holds, each once. Called while their place is shown. */
  async fetchMissing(): Promise<void> {
    const wanted = this.list().filter(({ id, pin, post }) => !post && pin.gone_at === null && !this.asked.has(id)).map(({ id }) => id);
    for (const id of wanted) this.asked.add(id);
    const next = async (): Promise<void> => {
      for (let id = wanted.shift(); id !== undefined; id = wanted.shift()) await this.fetch(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }

  private async fetch(id: string): Promise<void> {
    try {
      this.posts.set(id, await api.post(id));
      this.problems.delete(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problems.set(id, error.status === 404 || error.status === 410 ? menuWords.pinnedNotStored : menuWords.pinnedFailed(error.message));
      // What the server could not answer now is asked again when the place is opened again.
      if (error.status === 0 || error.status >= 500) this.asked.delete(id);
    }
    this.changed();
  }

  /** Forget the posts that were deleted at their source. Their pins and notes stay. */
  onDeleted(ids: readonly string[]): void {
    for (const id of ids) {
      this.posts.delete(id);
      this.problems.delete(id);
    }
  }
}
