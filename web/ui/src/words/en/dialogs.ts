/**
 * Words of the dialogs: help and settings, search syntax, coverage, saved searches, column menu, sign-in. They include the examples of the search syntax.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatNumber, formatRate } from "../../text/formatNumber";
import { ORDER_NAMES } from "./column";

export const signIn = "Sign in";
export const accessToken = "Access token";

export const helpClicks = "A click on a word, tag, author, domain or bar adds it to the search once; with Alt it is excluded. Back undoes.";
export const helpSyntax = "Search syntax";
export const helpLanguage = "Language of the page";
export const helpLanguageSystem = "as the browser";
export const helpTheme = "Theme";
export const helpTimes = "Times";
export const helpTimesLocal = "in my time zone";
export const helpTimesUtc = "in UTC";
export const helpDensity = "Density";
export const helpCompact = "compact";
export const helpComfortable = "comfortable";
export const helpKeys = "Keyboard shortcuts";
export const helpAnnounce = "Announce new posts (at most twice a minute)";
export const helpVersion = (version: string) => `Murmuration ${version}`;

/** Examples of the search syntax, each with the posts it finds. */
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
export const syntaxAliases = (names: string) => ` also ${names}`;

export const coverageGenerated = "These posts are generated. For live ones:";
export const coverageSince = (time: string) => ` since ${time}`;
export const coverageStored = (count: number) => `${formatNumber(count)} posts stored`;
export const coverageRate = (perSecond: number) => `${formatRate(perSecond)} a second`;
export const coverageViewers = (count: number) => `${formatNumber(count)} ${count === 1 ? "viewer" : "viewers"}`;
export const coverageLoaded = (count: number) => `${formatNumber(count)} loaded`;
export const coverageTable = "Coverage, table";
export const coverageColumns = ["Source", "From", "For", "What"];
export const coverageSoFar = " so far";
export const coverageSample = (why: string) => `Only a sample: ${why}`;
export const coverageCollectedLater = (why: string) => `Collected later: ${why}`;
export const coverageImported = (file: string) => `Imported: ${file}`;
export const coverageNotCollected = (why: string) => `Not collected: ${why}`;
export const coverageAllPosts = "All posts";
export const coverageNone = "Nothing recorded yet.";
export const coverageLoading = "Loading…";

export const savedIsSaved = "This search is saved";
export const savedSave = "Save";
export const savedFull = (most: number) => `${most} at most: remove one to save another.`;
export const savedSaved = "Saved";
export const savedRecent = "Recent";
export const savedByOrder = (order: keyof typeof ORDER_NAMES) => ` by ${ORDER_NAMES[order].toLowerCase()}`;
export const savedRemove = (query: string) => `Remove ${isolate(query)}`;
export const savedNoneSaved = "None yet. They stay in this browser.";
export const savedNoneRecent = "None yet.";
export const savedForget = "Forget recent searches";

export const columnMenuMute = "Mute";
export const columnMenuMuteHint = "word, #tag or @account";
export const columnMenuLanguages = "Only these languages";
export const columnMenuLanguagesHint = "en, ja, …";
export const columnMenuAdd = "Add";
export const columnMenuFull = (most: number) => `${most} at most: remove one to add another.`;
export const columnMenuRemove = (value: string) => `Remove ${isolate(value)}`;
export const columnMenuHide = "Hide";
export const columnMenuHideReposts = "Posts seen only as reposts";
export const columnMenuHideReplies = "Replies";
export const columnMenuHideWithoutMedia = "Posts without media";
export const columnMenuMedia = "Media";
export const columnMenuMediaChoices = { show: "show", ask: "cover", hide: "hide" };
export const columnMenuPictures = "Profile pictures";
export const columnMenuExportSpan = "Export the matches of this time";
export const columnMenuExportAll = "Export all matches";
