/**
 * What state the page is in, in words: one of fourteen, each with its cause, since when, and one action; or all is well.
 * A pure function of what is known; the views only show it.
 */
import { gapIntervals, coversSpan, overlapping } from "../stats/gapIntervals";
import { formatDuration } from "../text/formatTime";
import type { Problem, Gap, Outage, SourceState } from "../wire/frame";
import type { ConnectionState } from "../wire/connection";

export type StatusKind =
  | "live" | "connecting" | "empty" | "no-match" | "not-collected" | "source-down" | "reconnecting" | "lagged" | "resting" | "store-away"
  | "replay-ended" | "signed-out" | "refused" | "search-wrong" | "search-failed";

export type StatusAction = "retry" | "coverage" | "shorter" | "newest" | "copy-step" | "sign-in" | "now" | "reload" | "again" | "mend";

export interface Status {
  kind: StatusKind;
  tone: "good" | "warn" | "bad" | "plain";
  word: string;
  cause: string;
  since: number | null;
  action: { act: StatusAction; label: string } | null;
}

export interface StatusInputs {
  link: ConnectionState;
  linkSince: number;
  everOpen: boolean;
  closeCode: number;
  /** Since when the server itself has no broker, ms. */
  serverReconnecting: number | null;
  outage: Outage | null;
  sources: readonly SourceState[];
  indexed: number | null;
  laggedAt: number | null;
  /** Why this search is not answered, and since when, ms. */
  problem: Problem | null;
  problemAt: number;
  ready: boolean;
  total: number | null;
  loadedCount: number;
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

const NAMED_MOST = 2;
const REASONS_MOST = 3;

export function sourceName(name: string): string {
  return NAMES[name] ?? name;
}

/** Return sources in words, two by name: "Bluesky, X and 1 more". */
export function named(gaps: readonly { source: string }[]): string {
  const names = [...new Set(gaps.map((gap) => sourceName(gap.source)))];
  const more = names.length - NAMED_MOST;
  return more > 0 ? `${names.slice(0, NAMED_MOST).join(", ")} and ${more} more` : names.join(", ");
}

/** Return whether a search failed that may be answered if it is asked again as it is: an error of the search itself says where. */
export function isRetryable(fault: Problem | null): boolean {
  return fault !== null && typeof fault.position !== "number";
}

/** Return a source in words: "Bluesky live, 1 s behind". */
export function sourceWords(source: SourceState): string {
  const lag = source.lag_s;
  const behind = source.state === "live" && source.name !== "replay" && lag !== null && lag !== undefined
    ? `, ${formatDuration(Math.max(0, lag) * 1000)} behind` : "";
  const state = source.state === "replaying" ? "running" : WORDS[source.state] ?? source.state;
  return `${sourceName(source.name)} ${state}${behind}`;
}

function ofLink(known: StatusInputs): Status | null {
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
  if (known.link === "silent")
    return {
      kind: "reconnecting", tone: "warn", word: "No word from the server", since,
      cause: "The connection stands, but nothing comes over it. It is made anew if that lasts.",
      action: { act: "retry", label: "Try now" },
    };
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

function ofFault({ problem, problemAt, from }: Pick<StatusInputs, "problem" | "problemAt" | "from">): Status | null {
  if (!problem) return null;
  if (!isRetryable(problem))
    return {
      kind: "search-wrong", tone: "bad", word: "Search not understood", since: problemAt,
      cause: `${problem.message} Nothing is searched for until it is mended.`, action: { act: "mend", label: "Mend the search" },
    };
  const narrower = problem.hint && problem.code === "query_timeout" ? ` ${problem.hint}` : "";
  const lost = from === null ? "No new posts come until it is tried again." : "Posts of that time may be stored.";
  return {
    kind: "search-failed", tone: "bad", word: "Search failed", since: problemAt,
    cause: `${problem.message}${narrower} ${lost}`, action: { act: "again", label: "Try again" },
  };
}

/** Return the state of connection, search and sources, for the status bar. */
export function statusOf(known: StatusInputs): Status {
  const first = ofLink(known) ?? ofFault(known);
  if (first) return first;
  if (known.serverReconnecting !== null)
    return {
      kind: "reconnecting", tone: "warn", word: "Server reconnecting", since: known.serverReconnecting,
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
  const without = known.sources.filter((one) => one.state === "down" || one.state === "stopped");
  const beside = without.length > 1 ? `; ${named(without.map((one) => ({ source: one.name })))} down` : without.map((one) => `; ${sourceWords(one)}`).join("");
  return {
    kind: "live", tone: beside || shown?.state === "paused" || (shown?.lag_s ?? 0) > 30 ? "warn" : "good",
    word: shown ? `${sourceWords(shown)}${beside}` : "Connected", since: shown?.since || null,
    cause: [shown?.detail, ...without.map((one) => [sourceWords(one), one.detail].filter(Boolean).join(": "))].filter(Boolean).join(". "), action: null,
  };
}

/** Return why the list is empty, or null while it is not, or not known yet. */
export function emptyListStatus(known: StatusInputs): Status | null {
  if (known.loadedCount || !known.ready) return null;
  if (known.problem) return ofLink(known) ?? ofFault(known);
  if (known.indexed === 0)
    return {
      kind: "empty", tone: "plain", word: "Nothing is stored yet",
      since: known.sources.reduce((first, one) => Math.min(first, one.since || first), known.begunAt),
      cause: known.sources.length ? `${known.sources.map(sourceWords).join("; ")}. The first posts appear here by themselves.`
        : "No source has reported yet. The first posts appear here by themselves.",
      action: { act: "coverage", label: "Show sources" },
    };
  return known.from === null ? noneNow(known) : noneThen(known, known.from, known.to ?? known.from);
}

function noneNow(known: StatusInputs): Status {
  const { kind, word } = statusOf(known);
  return {
    kind: "no-match", tone: "plain", word: "No match yet", since: known.begunAt,
    cause: `No stored post matches this search. ${kind === "live" || kind === "lagged" ? "New ones appear here by themselves." : `None comes now: ${word}.`}`,
    action: { act: "shorter", label: "Find the closest search" },
  };
}

function noneThen(known: StatusInputs, from: number, to: number): Status {
  const action = { act: "now", label: "Return to now" } as const;
  const gaps = overlapping(known.gaps, from, to);
  if (coversSpan(gapIntervals(gaps, false), from, to)) {
    const all = gaps.filter((gap) => !gap.sampled && !gap.partial);
    return {
      kind: "not-collected", tone: "warn", word: "Not collected then", since: Math.min(...all.map((gap) => gap.from)),
      cause: `${reasons(all, "nothing was collected in that time")}.`, action,
    };
  }
  const sampled = coversSpan(gapIntervals(gaps, true), from, to) ? ` Only a sample was collected then: ${gaps.find((gap) => gap.sampled)?.why ?? ""}.` : "";
  const without = gaps.filter((gap) => !gap.sampled);
  const missing = without.length ? ` Not all was collected then: ${reasons(without, "not collected")}.` : "";
  return {
    kind: "no-match", tone: "plain", word: "No match yet", since: known.begunAt,
    cause: `No stored post of that time matches this search.${sampled}${missing}`, action,
  };
}

/** Return each source's reasons, told once: "X: away; Bluesky: stopped". */
function reasons(gaps: readonly Gap[], otherwise: string): string {
  const told = [...new Set(gaps.map((gap) => `${sourceName(gap.source)}: ${gap.why || otherwise}`))];
  return told.length > REASONS_MOST ? `${told.slice(0, REASONS_MOST).join("; ")} and more` : told.join("; ");
}
