/**
 * Words of the menus of a card and of a word, of the dialog that says why a post matches, and of the pinned posts. Names and words from
 * outside are isolated, so that they do not change the writing direction of a sentence.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";

export const cardMenu = "Actions for this post";
export const cardMenuOf = (handle: string) => `Actions for the post by @${isolate(handle)}`;
export const wordMenu = (word: string) => `Actions for ${isolate(word)}`;
export const wordsMenu = "Words of this post";
export const openMenu = "More actions";

export const conversation = "Conversation and versions";
export const byAuthor = (handle: string) => `Column of posts by @${isolate(handle)}`;
export const why = "Why does this match?";
export const copyLink = "Copy link";
export const pin = "Pin";
export const unpin = "Unpin";
export const addNote = "Add a note";
export const editNote = "Edit the note";
export const handled = "Mark as handled";
export const notHandled = "Mark as not handled";
export const mute = (what: string) => `Mute ${isolate(what)}`;
export const words = "Words of this post …";
export const openAt = (network: string) => `Open on ${network}`;

export const add = "Add to the search";
export const exclude = "Exclude from the search";
export const newColumn = "New column";
export const copy = "Copy";

export const toastCopied = "Copied";
export const toastNotCopied = "This browser does not let a page copy. Select the address of the page instead.";
export const toastPinned = "Pinned";
export const toastUnpinned = "Unpinned";
export const toastHandled = "Marked as handled";
export const toastNotHandled = "Marked as not handled";
export const toastNoWords = "This post has no words.";

export const whyTitle = "Why does this match?";
export const whyMatches = (search: string) => `This post matches ${isolate(search)}.`;
export const whyDoesNot = (search: string) => `This post does not match ${isolate(search)} any more.`;
export const whyParts = "Parts of the search";
export const whyHas = "found";
export const whyLacks = "not found";
export const whyMarked = (times: number) => `marked ${formatCount(times, "time")} in the text`;
export const whyElsewhere = "not in the text: in the author, a number, a link or another field";
export const whyLoading = "Asking the server …";
export const whyFailed = (why: string) => `No explanation: ${why}`;

export const pinned = "Pinned";
export const pinnedShow = (count: number) => (count ? `Pinned posts, ${formatNumber(count)}` : "Pinned posts");
export const pinnedClose = "Close the pinned posts";
export const pinnedNone = "No post is pinned. Pin one by its menu: press Enter on a post.";
export const pinnedHideHandled = "Hide handled";
export const pinnedHidden = (count: number) => `${formatCount(count, "handled post")} hidden`;
export const pinnedAt = (at: number) => `Pinned ${formatExactTime(at)}`;
export const pinnedGone = (at: number) => `Deleted at its source; noticed ${formatExactTime(at)}. Nothing of it is kept but your note.`;
export const pinnedLoading = "Loading …";
export const pinnedFailed = (why: string) => `This post cannot be shown: ${why}`;
export const pinnedNotStored = "This post is no longer stored.";
export const noteLabel = "Note";
export const noteHint = "Write a note";
export const noteSave = "Save";
export const noteCancel = "Cancel";
export const noteLeft = (left: number) => `${formatCount(left, "character")} left`;
export const isHandled = "handled";
