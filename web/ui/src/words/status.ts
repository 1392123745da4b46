/**
 * Words of the page's status: connection, search and sources, each with cause and action; and of the empty list. Functions name sources,
 * their states and the reasons of gaps in words, shorten long lists of them, and make the title of the browser's tab.
 */
import { formatDuration } from "../text/formatTime";
import { isolate } from "../text/bidiIsolate";

interface NamedSource {
  name: string;
  state: string;
  lag_s?: number | null;
}

const SOURCE_NAMES: Record<string, string> = {
  bluesky: "Bluesky", x: "X", mastodon: "Mastodon", demo: "Generated posts", replay: "Replay", stdin: "Standard input", import: "Import",
};

const SOURCE_STATES: Record<string, string> = {
  paused: " paused, queue full", sampling: " sampled", resting: ": paused on purpose", replaying: " running", down: " is down", stopped: " is stopped",
};

/** Number of sources that a list names before it counts the rest. */
const NAMED_MAX = 2;
/** Number of reasons that a list gives before "and more". */
const REASONS_MAX = 3;

/** Return the display name of a source. */
export function sourceName(name: string): string {
  return SOURCE_NAMES[name] ?? name;
}

/** Return the names of sources, each once: "Bluesky, X and 1 more". */
export function sourceNames(sources: readonly { source: string }[]): string {
  const names = [...new Set(sources.map(({ source }) => sourceName(source)))];
  const more = names.length - NAMED_MAX;
  return more > 0 ? `${names.slice(0, NAMED_MAX).join(", ")} and ${more} more` : names.join(", ");
}

/** Return a source with its state: "Bluesky live, 1 s behind", "X is down". */
export function sourceWords({ name, state, lag_s: lag }: NamedSource): string {
  const behind = state === "live" && name !== "replay" && lag !== null && lag !== undefined ? `, ${formatDuration(Math.max(0, lag) * 1000)} behind` : "";
  return `${sourceName(name)}${SOURCE_STATES[state] ?? ` ${state}`}${behind}`;
}

/** Return each source's reasons, each once: "X: rate limit; Bluesky: stopped". `otherwise`: for a gap without a reason. */
export function reasonWords(gaps: readonly { source: string; why: string }[], otherwise: string): string {
  const reasons = [...new Set(gaps.map(({ source, why }) => `${sourceName(source)}: ${why || otherwise}`))];
  return reasons.length > REASONS_MAX ? `${reasons.slice(0, REASONS_MAX).join("; ")} and more` : reasons.join("; ");
}

export const actionSignIn = "Sign in";
export const actionReload = "Load the page again";
export const actionRetry = "Try now";
export const actionFixSearch = "Fix the search";
export const actionSearchAgain = "Try again";
export const actionShowCoverage = "Show coverage";
export const actionShowNewest = "Show newest";
export const actionShowSources = "Show sources";
export const actionFindClosest = "Find the closest search";
export const actionBackToLive = "Back to live";
export const actionCopyStep = (step: string) => `Copy “${step}”`;
export const actionCopied = "Copied";
export const actionNotCopied = "Not allowed";
export const actionShowAll = "Show all posts";
export const actionClosest = "Closest:";

export const statusSignedOut = { word: "Signed out", cause: "This server asks for an access token, and has none from you or no longer takes it." };
export const statusRefused = (code: number) => ({ word: "Connection refused", cause: `The server closed the connection for good (code ${code}).` });
export const statusSilent = { word: "No word from the server", cause: "The connection is open, but nothing arrives. It is replaced if that lasts." };
export const statusConnecting = { word: "Connecting", first: "The first connection is being made.", waiting: "The server does not answer yet." };
export const statusReconnecting = { word: "Reconnecting", cause: "The connection to the server was lost. What is missed meanwhile is fetched when it is back." };
export const statusServerReconnecting = { word: "Server reconnecting", cause: "The server lost its own connection to the broker. It fetches what it missed." };
export const statusSearchWrong = { word: "Search not understood", cause: (message: string) => `${message} Nothing is searched for until it is fixed.` };
export const statusSearchFailed = { word: "Search failed", noNewPosts: "No new posts come until it is tried again.", maybeStored: "Posts of that time may be stored." };
export const statusStoreAway = (why: string) => ({ word: "Storage unavailable", cause: `New posts wait in the queue until the store takes them again; none is lost. ${why}` });
export const statusLagged = { word: "Catching up", cause: "Posts came faster than this browser took them." };
export const statusSourceDown = "The source cannot be reached, or no reader runs.";
export const statusSourceRetrying = "The source is being reached again.";
export const statusSourceResting = "It is paused on purpose.";
export const statusReplayEnded = (name: string) => ({ word: `${sourceName(name)} ended`, cause: "Every record of the file has been read; no new posts will come." });
export const statusConnected = "Connected";
export const statusOtherSourcesDown = (names: string) => `; ${names} are down`;

export const emptyNothingStored = "Nothing is stored yet";
export const emptyFirstPosts = (sources: string) => `${sources ? `${sources}.` : "No source has reported yet."} The first posts will appear here.`;
export const emptyNoMatch = "No match yet";
export const emptyNoMatchNow = "No stored post matches this search.";
export const emptyNewWillAppear = "New posts will appear here.";
export const emptyNoNewPosts = (status: string) => `No new posts: ${status}.`;
export const emptyNoMatchThen = "No stored post of that time matches this search.";
export const emptyNotCollected = "Not collected then";
export const emptyNothingCollected = "nothing was collected in that time";
export const emptyNotCollectedReason = "not collected";
export const emptyOnlySample = (why: string) => ` Only a sample was collected then: ${why}.`;
export const emptyPartlyMissing = (reasons: string) => ` Not all was collected then: ${reasons}.`;

/** Title of the browser's tab: the name of the selected column, unless the column shows `all` posts. */
export function tabTitle(name: string, all: boolean): string {
  return all ? "Murmuration" : `${isolate(name)} · Murmuration`;
}
