/**
 * Words of the page's status: connection, search and sources, each with cause and action; of the empty list; of the title of the
 * browser's tab. Names and states of sources are put together by `words/sources.ts`.
 */
import { isolate } from "../../text/bidiIsolate";
import { sourceName } from "../sources";

/** Names of the sources. A source that is not listed has its own name. */
export const SOURCE_NAMES: Record<string, string> = {
  bluesky: "Bluesky", x: "X", mastodon: "Mastodon", demo: "Generated posts", replay: "Replay", stdin: "Standard input", import: "Import",
};
export const sourceMore = (count: number) => `${count} more`;
export const sourceStates: Record<string, string> = {
  paused: " paused, queue full", sampling: " sampled", resting: ": paused on purpose", replaying: " running", down: " is down", stopped: " is stopped",
};
export const sourceBehind = (duration: string) => `, ${duration} behind`;
export const reasonsMore = (reasons: string) => `${reasons} and more`;

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
