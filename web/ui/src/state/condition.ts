/**
 * What state the page is in, in words: one of eleven, each with its cause, since when, and one action; or all is well.
 * A pure function of what is known; the views only show it.
 */
import { lasting } from "../text/clock";
import type { Gap, Outage, SourceState } from "../wire/frame";
import type { Link } from "../wire/socket";

export type Kind =
  | "live" | "connecting" | "empty" | "no-match" | "not-collected" | "source-down" | "reconnecting" | "lagged" | "resting" | "store-away"
  | "replay-ended" | "signed-out" | "refused";

export type Action = "retry" | "coverage" | "shorter" | "newest" | "copy-step" | "sign-in" | "now" | "reload";

export interface Condition {
  kind: Kind;
  tone: "good" | "warn" | "bad" | "plain";
  word: string;
  cause: string;
  since: number | null;
  action: { act: Action; label: string } | null;
}

export interface Known {
  link: Link;
  linkSince: number;
  everOpen: boolean;
  closeCode: number;
  serverReconnecting: boolean;
  outage: Outage | null;
  sources: readonly SourceState[];
  indexed: number | null;
  laggedAt: number | null;
  ready: boolean;
  total: number | null;
  held: number;
  /** When this search was begun here, ms. */
  begunAt: number;
  from: number | null;
  to: number | null;
  gaps: readonly Gap[];
  nextStep: string;
}

const NAMES: Record<string, string> = {
  bluesky: "Bluesky", x: "X", mastodon: "Mastodon", demo: "Generated posts", replay: "Replay", stdin: "Standard input",
};

const WORDS: Record<string, string> = { paused: "paused, queue full", sampling: "sampled", resting: "not read now" };

export function sourceName(name: string): string {
  return NAMES[name] ?? name;
}

/** Return a source in words: "Bluesky live, 1 s behind". */
export function sourceWords(source: SourceState): string {
  const lag = source.lag_s;
  const behind = source.state === "live" && source.name !== "replay" && lag !== null && lag !== undefined
    ? `, ${lasting(Math.max(0, lag) * 1000)} behind` : "";
  const state = source.state === "replaying" ? "running" : WORDS[source.state] ?? source.state;
  return `${sourceName(source.name)} ${state}${behind}`;
}

function ofLink(known: Known): Condition | null {
  const since = known.linkSince;
  if (known.link === "signed-out")
    return {
      kind: "signed-out", tone: "bad", word: "Signed out", since,
      cause: "This server asks for an access token, and has none from you or no longer takes it.",
      action: { act: "sign-in", label: "Sign in" },
    };
  if (known.link === "refused")
    return {
      kind: "refused", tone: "bad", word: "Connection refused", since,
      cause: `The server closed the connection for good (code ${known.closeCode}).`,
      action: { act: "reload", label: "Load the page again" },
    };
  if (known.link === "open") return null;
  if (!known.everOpen)
    return {
      kind: "connecting", tone: "plain", word: "Connecting", since,
      cause: known.link === "waiting" ? "The server does not answer yet." : "The first connection is being made.",
      action: { act: "retry", label: "Try now" },
    };
  return {
    kind: "reconnecting", tone: "warn", word: "Reconnecting", since,
    cause: "The connection to the server was lost. What is missed meanwhile is fetched when it is back.",
    action: { act: "retry", label: "Try now" },
  };
}

/** Return the state of connection and sources, for the status bar. */
export function conditionOf(known: Known): Condition {
  const link = ofLink(known);
  if (link) return link;
  if (known.serverReconnecting)
    return {
      kind: "reconnecting", tone: "warn", word: "Server reconnecting", since: known.linkSince,
      cause: "The server lost its own connection to the broker. It fetches what it missed.",
      action: { act: "coverage", label: "Show coverage" },
    };
  if (known.outage)
    return {
      kind: "store-away", tone: "bad", word: "Store away", since: known.outage.since,
      cause: `New posts wait in the queue until the store takes them again; none is lost. ${known.outage.why}`,
      action: { act: "coverage", label: "Show coverage" },
    };
  if (known.laggedAt !== null)
    return {
      kind: "lagged", tone: "warn", word: "Lagged", since: known.laggedAt,
      cause: "Posts came faster than this browser took them. It is catching up.",
      action: { act: "newest", label: "Show newest" },
    };
  const bad = known.sources.find((one) => one.state === "down" || one.state === "stopped");
  const fine = known.sources.find((one) => one.state === "live" || one.state === "replaying" || one.state === "paused");
  if (bad && !fine)
    return {
      kind: "source-down", tone: "bad", word: sourceWords(bad), since: bad.since || null,
      cause: bad.detail || "The source cannot be reached, or no reader runs.", action: { act: "coverage", label: "Show coverage" },
    };
  const trying = known.sources.find((one) => one.state === "reconnecting");
  if (trying && !fine)
    return {
      kind: "source-down", tone: "warn", word: sourceWords(trying), since: trying.since || null,
      cause: trying.detail || "The source is being reached again.", action: { act: "coverage", label: "Show coverage" },
    };
  const resting = known.sources.find((one) => one.state === "resting" || one.state === "sampling");
  if (resting && !fine)
    return {
      kind: "resting", tone: "warn", word: sourceWords(resting), since: resting.since || null,
      cause: resting.detail || "It is not read now, on purpose.", action: { act: "coverage", label: "Show coverage" },
    };
  const ended = known.sources.find((one) => one.state === "ended");
  if (ended && !fine)
    return {
      kind: "replay-ended", tone: "plain", word: `${sourceName(ended.name)} ended`, since: ended.since || null,
      cause: "Every record of the file has been read; no new posts will come.",
      action: { act: "copy-step", label: `Copy “${known.nextStep}”` },
    };
  const shown = fine ?? known.sources[0];
  return {
    kind: "live", tone: shown?.state === "paused" || (shown?.lag_s ?? 0) > 30 ? "warn" : "good",
    word: shown ? sourceWords(shown) : "Connected", since: shown?.since || null, cause: shown?.detail ?? "", action: null,
  };
}

/** Return why the list is empty, or null while it is not, or not known yet. */
export function emptinessOf(known: Known): Condition | null {
  if (known.held || !known.ready) return null;
  if (known.indexed === 0)
    return {
      kind: "empty", tone: "plain", word: "Nothing is stored yet",
      since: known.sources.reduce((first, one) => Math.min(first, one.since || first), known.begunAt),
      cause: known.sources.length ? `${known.sources.map(sourceWords).join("; ")}. The first posts appear here by themselves.`
        : "No source has reported yet. The first posts appear here by themselves.",
      action: { act: "coverage", label: "Show sources" },
    };
  const covers = (one: Gap): boolean => known.from !== null && one.from <= known.from && (one.to ?? Infinity) >= (known.to ?? 0);
  const gap = known.gaps.find((one) => covers(one) && !one.sampled);
  const sampled = known.gaps.find((one) => covers(one) && one.sampled);
  if (gap)
    return {
      kind: "not-collected", tone: "warn", word: "Not collected then", since: gap.from,
      cause: `${sourceName(gap.source)}: ${gap.why || "nothing was collected in that time"}.`,
      action: { act: "now", label: "Return to now" },
    };
  return {
    kind: "no-match", tone: "plain", word: "No match yet", since: known.begunAt,
    cause: known.from === null ? "No stored post matches this search. New ones appear here by themselves."
      : `No stored post of that time matches this search.${sampled ? ` Only a sample was collected then: ${sampled.why}.` : ""}`,
    action: known.from === null ? { act: "shorter", label: "Find the closest search" } : { act: "now", label: "Return to now" },
  };
}
