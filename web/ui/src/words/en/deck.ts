/**
 * Words of the page around the column: top bar, search box, notices, status bar, toasts, titles of dialogs, names of themes, messages of
 * failed parts, and announcements for screen readers.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber, formatRate } from "../../text/formatNumber";

export const name = "Murmuration";
export const shortName = "M";
export const page = "The page";
export const panel = "The panel";
export const dialog = "The dialog";
export const insight = "Insight";
/** Names of the views of a phone. */
export const VIEW_NAMES = { posts: "Posts", insight, columns: "Columns" };
export const views = "Views";
export const skipToPosts = "Skip to the posts";
export const skipToPanel = "Skip to the insight panel";
export const skipToViews = "Skip to the views";
export const closePanel = "Close the panel";
export const closeDialog = "Close";
export const cannotBeShown = (part: string) => `${part} cannot be shown.`;
export const tryAgain = "Try again";
export const saved = "Saved";
export const savedTitle = "Saved and recent searches";
export const theme = (theme: string) => `Theme: ${theme}`;
export const changeTheme = (theme: string, next: string) => `Theme: ${theme}. Change to ${next}`;
export const insightPanel = "Insight panel";
export const help = "Help, keys and settings";

/** Titles of the dialogs. They are here because a dialog's frame is drawn before its contents are loaded. */
export const DIALOG_TITLES = {
  help: "Help and settings", language: "Search syntax", coverage: "Coverage and gaps", saved: "Searches", column: "This column", decks: "Decks", "deck-conflict": "Somebody else saved this deck", "sign-in": "Sign in", why: "Why does this match?", palette: "All actions",
};

export const THEME_NAMES = { system: "as the system", light: "light", dark: "dark", contrast: "high contrast" };

export const searchBoxLabel = "Search";
export const searchBoxPlaceholder = "Search posts";
export const searchBoxSuggestions = "Suggestions";
export const searchBoxSyntax = "Search syntax";
export const searchBoxTryThis = "Try";
export const searchBoxCharacter = (position: number) => ` (character ${position})`;
export const searchBoxSaved = "saved";
export const searchBoxRecent = "recent";

export const noticeGenerated = "These posts are generated. For live ones:";
export const noticeAboutPosts = "About these posts";
export const noticeAboutSource = (name: string) => `About ${name}`;

export const statusBarCoverageTitle = (cause: string, since: string | null) => `${cause}${since === null ? "" : ` Since ${since}.`} Open coverage and gaps.`;
export const statusBarLasting = (duration: string) => ` for ${duration}`;
export const statusBarRate = (perSecond: number) => `${formatRate(perSecond)} posts/s`;
export const statusBarStored = (count: number) => `${formatNumber(count)} stored`;
export const statusBarViewers = (count: number) => formatCount(count, "viewer");
export const statusBarLoaded = (count: number) => `${formatNumber(count)} loaded`;
export const statusBarLoadedTitle = (count: number) => formatCount(count, "post");

export const toastUndo = "Undo";
export const actUndone = "Undone";
export const toastQueryCut = (most: number) => `The search in the address is longer than ${formatNumber(most)} characters. Only its beginning is used.`;
export const toastAlreadyInSearch = (term: string) => `${isolate(term)} is already in the search`;
export const toastAdded = (term: string) => `Added ${isolate(term)}`;
export const toastExcluded = (term: string) => `Excluded ${isolate(term)}`;
export const toastRankingPage = (page: number, pages: number) => `Page ${page} of ${pages}`;
export const toastPictureSaved = "Picture saved";
export const toastPictureCopied = "Picture copied";
export const toastPictureFailed = "The browser does not take this picture. Save it instead.";
export const toastMuted = (handle: string) => `Muted ${isolate(handle)}`;
export const toastMutesFull = (most: number) => `Not muted: ${most} mutes at most. Remove one in the column menu.`;

/** Return the announcement of new posts for screen readers. `total`: all matches, null where unknown. */
export function newPostsAnnouncement(grown: number, total: number | null): string {
  return `${formatCount(grown, "new post")}${total === null ? "" : `, ${formatCount(total, "match", "matches")} in all`}`;
}

/** Parts of the announcement of new posts in several columns, and their sum. `others`: columns that no part names. */
export const newPostsInColumn = (count: number, name: string) => `${formatCount(count, "new post")} in ${isolate(name)}`;
export const newPostsInColumns = (parts: readonly string[], others: number) =>
  others > 0 ? `${parts.join(", ")}, and in ${formatCount(others, "other column")}` : parts.join(", ");
