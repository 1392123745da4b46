/** Words of the dialogs: help and settings, search syntax, coverage, saved searches, column menu, sign-in. */
import { isolate } from "../text/bidiIsolate";
import { formatNumber, formatRate } from "../text/formatNumber";
import { ORDER_NAMES } from "./column";

export const DIALOG_TITLES = {
  help: "Help and settings", language: "Search syntax", coverage: "Coverage and gaps", saved: "Searches", column: "This column", "sign-in": "Sign in",
};

export const dialogWords = { close: "Close", signIn: "Sign in", accessToken: "Access token" };

/** Keys with what each does; two blanks part two keys of one line. */
export const KEY_WORDS: [string, string][] = [
  ["/", "search"],
  ["j  k", "next, previous post"],
  [".", "newest"],
  ["space", "pause or resume (in the list: scroll)"],
  ["i", "insight panel, and back"],
  ["Ctrl+End", "past the list (Ctrl+Home: before it)"],
  ["s", "saved searches"],
  ["u", "undo, where a message offers it"],
  ["?", "this help"],
  ["Esc", "close what is open"],
];

export const helpWords = {
  clicks: "A click on a word, tag, author, domain or bar adds it to the search once; with Alt it is excluded. Back undoes.",
  syntax: "Search syntax",
  theme: "Theme",
  density: "Density",
  compact: "compact",
  comfortable: "comfortable",
  keys: "Keyboard shortcuts",
  announce: "Announce new posts (at most twice a minute)",
  version: (version: string) => `Murmuration ${version}`,
};

/** Examples of the search syntax, each with what it finds. */
export const SYNTAX_BASICS: [string, string][] = [
  ["storm harbour", "both words"],
  ["storm OR gale", "one of them; AND binds tighter"],
  ["-storm  or  NOT storm", "without it"],
  ["(storm OR gale) coast", "groups"],
  ['"storm front"', "the words in that order"],
  ['"storm coast"~3', "both, with at most 3 words between"],
  ["harb*", "words starting with this"],
  ["#tag  @handle  $SYM", "exact tag, mention or cashtag"],
  ["*", "every post"],
];
export const syntaxWords = { aliases: (names: string) => ` also ${names}` };

export const coverageWords = {
  generated: "These posts are generated. For live ones:",
  since: (time: string) => ` since ${time}`,
  stored: (count: number) => `${formatNumber(count)} posts stored`,
  rate: (perSecond: number) => `${formatRate(perSecond)} a second`,
  viewers: (count: number) => `${formatNumber(count)} ${count === 1 ? "viewer" : "viewers"}`,
  loaded: (count: number) => `${formatNumber(count)} loaded`,
  table: "Coverage, table",
  columns: ["Source", "From", "For", "What"],
  soFar: " so far",
  sample: (why: string) => `Only a sample: ${why}`,
  notCollected: (why: string) => `Not collected: ${why}`,
  allPosts: "All posts",
  none: "Nothing recorded yet.",
  loading: "Loading…",
};

export const savedWords = {
  isSaved: "This search is saved",
  save: "Save",
  full: (most: number) => `${most} at most: remove one to save another.`,
  saved: "Saved",
  recent: "Recent",
  byOrder: (order: keyof typeof ORDER_NAMES) => ` by ${ORDER_NAMES[order].toLowerCase()}`,
  remove: (query: string) => `Remove ${isolate(query)}`,
  noneSaved: "None yet. They stay in this browser.",
  noneRecent: "None yet.",
  forget: "Forget recent searches",
};

export const columnMenuWords = {
  mute: "Mute",
  muteHint: "word, #tag or @account",
  languages: "Only these languages",
  languagesHint: "en, ja, …",
  add: "Add",
  full: (most: number) => `${most} at most: remove one to add another.`,
  remove: (value: string) => `Remove ${isolate(value)}`,
  hide: "Hide",
  hideReposts: "Posts seen only as reposts",
  hideReplies: "Replies",
  hideWithoutMedia: "Posts without media",
  media: "Media",
  mediaChoices: { show: "show", ask: "cover", hide: "hide" },
  pictures: "Profile pictures",
  exportSpan: "Export the matches of this time",
  exportAll: "Export all matches",
};
