/**
 * Words of a deck's columns: adding, removing, moving, titles, widths, alerts, strips and hidden posts. `nameOf` gives the title of a
 * column: its own, or its search.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatCompact, formatCount, formatNumber } from "../../text/formatNumber";
import { allPosts } from "./column";

/** Return the name of a column for readers. */
export const nameOf = ({ title, query }: { title: string; query: string }) => title || (query === "*" ? allPosts : query);

export const columns = "Columns";
export const add = "Add a column";
export const addShort = "Column";
export const restore = (name: string) => `Bring back ${isolate(name)}`;
export const place = (at: number, of: number) => `${formatNumber(at)} of ${formatNumber(of)}`;

export const grip = (name: string) => `Move ${isolate(name)}: drag, or press an arrow key`;
export const gripTitle = "Drag to move the column (or arrow keys)";
export const editTitle = "Change the title";
export const titleField = "Title of the column";
export const collapse = "Collapse to a strip";
export const open = (name: string) => `Open the column ${isolate(name)}`;
export const stripState = (unread: number, spiking: boolean) => [unread ? formatCount(unread, "new post") : "", spiking ? spikeMark : ""].filter(Boolean).join(", ");
export const unreadShort = (count: number) => formatCompact(count);
export const spikeMark = "many more posts than usual";
export const alerted = "New posts since you last looked";

export const moveLeft = "Move left";
export const moveRight = "Move right";
export const duplicate = "Duplicate";
export const remove = "Remove";
export const removeNamed = (name: string) => `Remove the column ${isolate(name)}`;
export const moveNamed = (name: string, left: boolean) => `Move ${isolate(name)} ${left ? "forward" : "back"}`;

export const actAdded = (name: string, place: number, of: number) => `Added the column ${isolate(name)}, ${formatNumber(place)} of ${formatNumber(of)}`;
export const actRestored = (name: string, place: number, of: number) => `Brought back the column ${isolate(name)}, ${formatNumber(place)} of ${formatNumber(of)}`;
export const toastRemoved = (name: string) => `Removed the column ${isolate(name)}`;
export const toastMoved = (name: string, at: number, of: number) => `${isolate(name)} is column ${place(at, of)}`;
export const toastFull = (most: number) => `Not added: ${formatNumber(most)} columns at most.`;
export const toastLongAddress = "The columns no longer fit into the address. Save the deck under a name to share it.";

export const spike = (times: number) => `${formatNumber(Math.round(times))}×`;
export const spikeTitle = (times: number) => `${formatNumber(Math.round(times))} times as many posts in the last minute as usual in the last hour`;
export const menuTitleField = "Title";
export const menuTitleHint = "What this column is for; empty: its search";
export const menuColumn = "Column";
export const menuWidth = "Width";
export const menuWidths = { narrow: "narrow", normal: "normal", wide: "wide" };
export const menuDepth = "Posts to load";
export const menuAlert = "When new posts arrive";
export const menuAlerts = { none: "nothing", badge: "a mark", sound: "a sound", notification: "a notification" };
export const menuQuotes = "Quotes";
export const menuSensitive = "Posts marked sensitive";
export const menuHiddenLanguages = "Not these languages";
export const menuHereOnly = "Hidden in this column only";
export const menuHereOnlyHint = "word, #tag or @account";
export const notificationsRefused = "This browser does not allow notifications here: a mark is shown instead.";
export const notificationText = (count: number) => formatCount(count, "new post");

/** Why a post is hidden. `value`: the word, the account or the language. */
export const hiddenBecause = (kind: keyof typeof HIDDEN_BECAUSE, value: string) => `Hidden: ${HIDDEN_BECAUSE[kind]}${value ? ` ${isolate(value)}` : ""}`;
const HIDDEN_BECAUSE = {
  reposts: "seen only as a repost", replies: "a reply", quotes: "a quote", sensitive: "marked sensitive", withoutMedia: "without media",
  language: "language", word: "muted word", author: "muted account",
};
