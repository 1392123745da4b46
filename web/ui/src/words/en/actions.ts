/**
 * Words of the page's actions: the name of each action as the palette and the help show it, and the palette itself. Names say what
 * happens, so that a reader finds them by any of their words.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatCount } from "../../text/formatNumber";

export const ACTION_NAMES = {
  palette: "All actions",
  search: "Search",
  nextPost: "Next post",
  previousPost: "Previous post",
  newest: "Show the newest posts",
  markRead: "Mark the column as read",
  goBack: "Back to where you were before the newest",
  pause: "Pause or resume the column",
  newColumn: "Add a column",
  previousColumn: "Previous column",
  nextColumn: "Next column",
  duplicateColumn: "Duplicate the column",
  removeColumn: "Remove the column",
  moveColumnLeft: "Move the column to the left",
  moveColumnRight: "Move the column to the right",
  collapseColumn: "Collapse the column, or open it",
  columnMenu: "Column menu: mutes, media, languages, export",
  panel: "Insight panel, and back",
  saved: "Saved searches",
  decks: "Stored decks",
  undo: "Undo",
  theme: "Change the theme",
  density: "Change the density",
  announce: "Announce new posts, or do not",
  language: "Search syntax",
  coverage: "Coverage and gaps",
  wall: "Wall mode, for a projector",
  help: "Help, keys and settings",
};

/** Keys that are no single keys, each with its effect, and the words on keys. */
export const keySpace = "space";
export const KEYS_OF_PAGE: [string, string][] = [
  ["Page Down  Page Up", "next, previous post (within the list)"],
  ["Ctrl+End", "past the list (Ctrl+Home: before it)"],
  ["Esc", "close what is open"],
];
export const spaceScrolls = "(in the list: scroll)";

export const paletteLabel = "Action, column or search";
export const palettePlaceholder = "Type a part of a name";
export const paletteList = "Matches";
export const paletteNone = "Nothing has this name.";
export const paletteFound = (count: number) => formatCount(count, "match", "matches");
export const paletteColumn = (name: string) => `Go to the column ${isolate(name)}`;
export const paletteDeck = (title: string) => `Open the deck ${isolate(title)}`;
export const paletteSaved = (query: string) => `Show the saved search ${isolate(query)}`;
export const paletteRecent = (query: string) => `Show the recent search ${isolate(query)}`;
export const paletteSearchFor = (query: string) => `Search for ${isolate(query)}`;
export const paletteNewColumn = (query: string) => `Search for ${isolate(query)} in a new column`;
