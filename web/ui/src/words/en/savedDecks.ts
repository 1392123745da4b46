/** Words of decks that are kept: the bar with the deck's title, the dialogs that save, open and compare decks, and faults of files. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";

export const decks = "Decks";
export const decksTitle = "Save and open decks of columns";

export const bar = "Deck";
export const untitled = "Deck without a title";
export const unsaved = "Unsaved changes";
export const save = "Save";
export const nameTaken = "Other decks have this title. Choose another one.";
export const saving = "Saving…";
export const notSaved = (why: string) => `Not saved: ${why}`;
export const tryAgain = "Try again";
export const newer = (at: number) => `Somebody saved other columns (${formatExactTime(at)})`;
export const compare = "Compare";
export const held = (count: number) => `${formatCount(count, "column")} wait until you are done`;
export const deletedElsewhere = "Somebody deleted this deck. Its columns are still here, unsaved.";
export const missing = (id: string) => `There is no deck “${isolate(id)}”. Saving makes it.`;
export const offlineCopy = (at: number) => `The server does not answer. This is the deck as this browser had it (${formatExactTime(at)}).`;
export const notOpened = (why: string) => `The deck could not be opened: ${why}`;
export const tooLong = (most: number) => `These columns no longer fit into an address, which holds ${formatNumber(most)} characters. Under a name they can be kept and shared.`;
export const nameIt = "Name the deck";
export const toastSaved = (title: string) => `Saved the deck ${isolate(title)}`;
export const toastDeleted = (title: string) => `Deleted the deck ${isolate(title)}`;
export const toastTheirs = (title: string) => `Somebody changed the deck ${isolate(title)}`;
export const toastPinFailed = (why: string) => `The pin could not be kept: ${why}`;
export const pinsFull = (most: number) => `A deck has at most ${formatNumber(most)} pins. Remove one first.`;
export const toastImported = (count: number) => `${formatCount(count, "search", "searches")} added`;
export const toastOpened = (count: number) => `${formatCount(count, "column")} opened from the file`;

export const title = "Title";
export const titleHint = "Harbour, Elections, …";
export const saveNew = "Save as a new deck";
export const saveOver = "Save";
export const thisDeck = "This deck";
export const allDecks = "All decks";
export const loading = "Loading…";
export const none = "No deck is saved yet.";
export const open = (title: string) => `Open ${isolate(title)}`;
export const columnsAndTime = (count: number, at: number) => `${formatCount(count, "column")} · ${formatExactTime(at)}`;
export const remove = (title: string) => `Delete ${isolate(title)}`;
export const removeSure = (title: string) => `Delete ${isolate(title)} for everybody, with its pins and notes?`;
export const removeYes = "Delete";
export const removeNo = "Keep";
export const isOpen = "open here";
export const newDeck = "New deck";
export const unsavedWarning = "Another deck opens without the unsaved changes; Back returns to them.";
export const asFile = "As a file";
export const fileOut = "Write this deck to a file";
export const searchesOut = "Write the saved searches to a file";
export const fileIn = "Read a file";
export const fileInHint = "A deck or saved searches that this page wrote.";
export const fileName = (title: string) => `${title}.deck.json`;
export const searchesFileName = "searches.json";

export const conflictTitle = "Somebody else saved this deck";
export const conflictWhen = (at: number) => `It was saved at ${formatExactTime(at)}, after you opened it. Nothing is lost yet:`;
export const conflictDeleted = "It was deleted after you opened it. Your columns are still here.";
export const conflictTheirs = "What they changed";
export const conflictMine = "What you changed";
export const takeTheirs = "Take theirs";
export const takeTheirsHint = "Your changes are dropped.";
export const takeMine = "Take mine";
export const takeMineHint = "Their changes are replaced.";
export const takeBoth = "Keep both as columns";
export const takeBothHint = (count: number) => `${formatCount(count, "column")}; one that both changed stands twice.`;
export const takeBothFull = (most: number) => `Both together have more than ${formatNumber(most)} columns.`;
export const makeAnew = "Save it anew";
export const letGo = "Let it be deleted";
export const noChange = "Nothing but the time.";
export const changeTitle = (title: string) => `The title is ${isolate(title)}`;
export const changeMoved = "The columns stand in another order";
export const changeAdded = (name: string) => `Added ${isolate(name)}`;
export const changeRemoved = (name: string) => `Removed ${isolate(name)}`;
export const changeSearch = (before: string, after: string) => `${isolate(before)} searches for ${isolate(after)}`;
export const changeOther = (name: string) => `Changed ${isolate(name)}`;

/** Faults of a file, each one sentence. */
export const file = {
  tooLarge: "The file is too large: a deck has at most 64 kB.",
  noJson: "The file is no JSON text.",
  noDeck: "The file holds neither a deck nor saved searches.",
  version: (known: number) => `The file's version is not ${formatNumber(known)}, the only one that this page knows.`,
  title: "The title of the deck is no text.",
  noColumns: "The deck has no columns.",
  tooManyColumns: (most: number) => `The deck has more than ${formatNumber(most)} columns.`,
  columnNoObject: (at: number) => `Column ${formatNumber(at)} is no object.`,
  columnId: (at: number) => `Column ${formatNumber(at)} has no id of 1 to 16 of a-z and 0-9.`,
  columnTwice: (at: number, id: string) => `Column ${formatNumber(at)} has the id ${id}, which another column has.`,
  columnQuery: (at: number) => `Column ${formatNumber(at)} has no search.`,
  columnOrder: (at: number) => `Column ${formatNumber(at)} has an order that this page does not know.`,
  searches: (most: number) => `The saved searches are no list of at most ${formatNumber(most)}.`,
  search: (at: number) => `Saved search ${formatNumber(at)} has no search text, or an order that this page does not know.`,
};
