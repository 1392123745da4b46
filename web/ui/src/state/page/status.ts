/**
 * Status of the page: turns connection, search, server and sources into one state with a cause, a start time and at most one action, the
 * most serious first; and gives the reason why a list is empty, and whether a failed search may succeed later. Pure functions of
 * `StatusInputs`; the words are in `words/status.ts`.
 */
import { coversSpan, gapIntervals, overlapping } from "../../stats/gapIntervals";
import type { ConnectionState } from "../../wire/connection";
import type { Gap, Outage, Problem, SourceState } from "../../wire/frame";
import { reasonWords, sourceNames, sourceWords } from "../../words/sources";
import { problemText } from "../../words/problemText";
import { statusWords } from "../../words";

export type StatusKind =
  | "live" | "connecting" | "empty" | "no-match" | "not-collected" | "source-down" | "reconnecting" | "lagged" | "resting" | "store-away"
  | "replay-ended" | "signed-out" | "refused" | "search-wrong" | "search-failed";

export type StatusAction = "retry" | "coverage" | "shorter" | "newest" | "copy-step" | "sign-in" | "now" | "reload" | "again" | "mend";

export interface Status {
  kind: StatusKind;
  tone: "good" | "warn" | "bad" | "plain";
  word: string;
  cause: string;
  /** Start of the state, ms; null where unknown. */
  since: number | null;
  action: { act: StatusAction; label: string } | null;
}

/** Everything that the status depends on. Times are in ms. */
export interface StatusInputs {
  link: ConnectionState;
  linkSince: number;
  everOpen: boolean;
  closeCode: number;
  /** Time at which the server lost its broker; null while the server has it. */
  serverReconnecting: number | null;
  outage: Outage | null;
  sources: readonly SourceState[];
  indexed: number | null;
  laggedAt: number | null;
  /** Error of the search; null while the server answers it. */
  problem: Problem | null;
  problemAt: number;
  /** Whether the history is complete, or failed. */
  ready: boolean;
  total: number | null;
  loadedCount: number;
  /** Time at which the search started on this page. */
  begunAt: number;
  from: number | null;
  to: number | null;
  gaps: readonly Gap[];
  nextStep: string;
}

/** Lag of a source, in seconds, above which the status is a warning. */
const LAG_WARN_S = 30;

const coverage = () => ({ act: "coverage", label: statusWords.actionShowCoverage }) as const;
const retry = () => ({ act: "retry", label: statusWords.actionRetry }) as const;

/** Return whether the same search may succeed later. An error with a position is an error of the search itself, and never does. */
export function isRetryable(problem: Problem | null): boolean {
  return problem !== null && typeof problem.position !== "number";
}

function linkStatus({ link, linkSince: since, closeCode, everOpen }: StatusInputs): Status | null {
  switch (link) {
    case "open":
      return null;
    case "signed-out":
      return { kind: "signed-out", tone: "bad", ...statusWords.statusSignedOut, since, action: { act: "sign-in", label: statusWords.actionSignIn } };
    case "refused":
      return { kind: "refused", tone: "bad", ...statusWords.statusRefused(closeCode), since, action: { act: "reload", label: statusWords.actionReload } };
    case "silent":
      return { kind: "reconnecting", tone: "warn", ...statusWords.statusSilent, since, action: retry() };
    default: {
      if (everOpen) return { kind: "reconnecting", tone: "warn", ...statusWords.statusReconnecting, since, action: retry() };
      const { word, first, waiting } = statusWords.statusConnecting;
      return { kind: "connecting", tone: "plain", word, since, cause: link === "waiting" ? waiting : first, action: retry() };
    }
  }
}

function searchStatus({ problem, problemAt: since, from }: Pick<StatusInputs, "problem" | "problemAt" | "from">): Status | null {
  if (!problem) return null;
  if (!isRetryable(problem)) {
    const { word, cause } = statusWords.statusSearchWrong;
    return { kind: "search-wrong", tone: "bad", word, since, cause: cause(problemText(problem)), action: { act: "mend", label: statusWords.actionFixSearch } };
  }
  const { word, noNewPosts, maybeStored } = statusWords.statusSearchFailed;
  const hint = problem.hint && problem.code === "query_timeout" ? ` ${problem.hint}` : "";
  const cause = `${problemText(problem)}${hint} ${from === null ? noNewPosts : maybeStored}`;
  return { kind: "search-failed", tone: "bad", word, since, cause, action: { act: "again", label: statusWords.actionSearchAgain } };
}

function serverStatus({ serverReconnecting, outage, laggedAt }: StatusInputs): Status | null {
  if (serverReconnecting !== null)
    return { kind: "reconnecting", tone: "warn", ...statusWords.statusServerReconnecting, since: serverReconnecting, action: coverage() };
  if (outage) return { kind: "store-away", tone: "bad", ...statusWords.statusStoreAway(outage.why), since: outage.since, action: coverage() };
  if (laggedAt === null) return null;
  return { kind: "lagged", tone: "warn", ...statusWords.statusLagged, since: laggedAt, action: { act: "newest", label: statusWords.actionShowNewest } };
}

const isDown = ({ state }: SourceState): boolean => state === "down" || state === "stopped";
const isRunning = ({ state }: SourceState): boolean => state === "live" || state === "replaying" || state === "paused";

/** Return the status of stopped sources; null while at least one source runs. */
function stoppedSourceStatus({ sources, nextStep }: StatusInputs): Status | null {
  if (sources.some(isRunning)) return null;
  const statusOfSource = (kind: StatusKind, tone: Status["tone"], source: SourceState, otherwise: string): Status => ({
    kind, tone, word: sourceWords(source), since: source.since || null, cause: source.detail || otherwise, action: coverage(),
  });
  const down = sources.find(isDown);
  if (down) return statusOfSource("source-down", "bad", down, statusWords.statusSourceDown);
  const retrying = sources.find(({ state }) => state === "reconnecting");
  if (retrying) return statusOfSource("source-down", "warn", retrying, statusWords.statusSourceRetrying);
  const resting = sources.find(({ state }) => state === "resting" || state === "sampling");
  if (resting) return statusOfSource("resting", "warn", resting, statusWords.statusSourceResting);
  const ended = sources.find(({ state }) => state === "ended");
  if (!ended) return null;
  return {
    kind: "replay-ended", tone: "plain", ...statusWords.statusReplayEnded(ended.name), since: ended.since || null,
    action: { act: "copy-step", label: statusWords.actionCopyStep(nextStep) },
  };
}

/** Return the status of a running source, with a warning for the sources that are down. */
function liveStatus({ sources }: StatusInputs): Status {
  const shown = sources.find(isRunning) ?? sources[0];
  const down = sources.filter(isDown);
  const beside = down.length > 1 ? statusWords.statusOtherSourcesDown(sourceNames(down.map(({ name }) => ({ source: name }))))
    : down.map((source) => `; ${sourceWords(source)}`).join("");
  const causes = down.map((source) => [sourceWords(source), source.detail].filter(Boolean).join(": "));
  return {
    kind: "live", tone: beside || shown?.state === "paused" || (shown?.lag_s ?? 0) > LAG_WARN_S ? "warn" : "good",
    word: shown ? `${sourceWords(shown)}${beside}` : statusWords.statusConnected, since: shown?.since || null,
    cause: [shown?.detail, ...causes].filter(Boolean).join(". "), action: null,
  };
}

/** Return the status of connection, search, server and sources, the most serious first. */
export function statusOf(inputs: StatusInputs): Status {
  return linkStatus(inputs) ?? searchStatus(inputs) ?? serverStatus(inputs) ?? stoppedSourceStatus(inputs) ?? liveStatus(inputs);
}

/** Return why the list is empty; null if posts are loaded, or if the history is not complete. */
export function emptyListStatus(inputs: StatusInputs): Status | null {
  if (inputs.loadedCount || !inputs.ready) return null;
  if (inputs.problem) return linkStatus(inputs) ?? searchStatus(inputs);
  if (inputs.indexed === 0)
    return {
      kind: "empty", tone: "plain", word: statusWords.emptyNothingStored,
      since: inputs.sources.reduce((first, source) => Math.min(first, source.since || first), inputs.begunAt),
      cause: statusWords.emptyFirstPosts(inputs.sources.map(sourceWords).join("; ")),
      action: { act: "coverage", label: statusWords.actionShowSources },
    };
  return inputs.from === null ? noMatchNow(inputs) : noMatchThen(inputs, inputs.from, inputs.to ?? inputs.from);
}

function noMatchNow(inputs: StatusInputs): Status {
  const { kind, word } = statusOf(inputs);
  const isReceiving = kind === "live" || kind === "lagged";
  return {
    kind: "no-match", tone: "plain", word: statusWords.emptyNoMatch, since: inputs.begunAt,
    cause: `${statusWords.emptyNoMatchNow} ${isReceiving ? statusWords.emptyNewWillAppear : statusWords.emptyNoNewPosts(word)}`,
    action: { act: "shorter", label: statusWords.actionFindClosest },
  };
}

function noMatchThen(inputs: StatusInputs, from: number, to: number): Status {
  const action = { act: "now", label: statusWords.actionBackToLive } as const;
  const gaps = overlapping(inputs.gaps, from, to);
  if (coversSpan(gapIntervals(gaps, false), from, to)) {
    const whole = gaps.filter((gap) => !gap.sampled && !gap.partial);
    return {
      kind: "not-collected", tone: "warn", word: statusWords.emptyNotCollected, since: Math.min(...whole.map((gap) => gap.from)),
      cause: `${reasonWords(whole, statusWords.emptyNothingCollected)}.`, action,
    };
  }
  const sampled = coversSpan(gapIntervals(gaps, true), from, to) ? statusWords.emptyOnlySample(gaps.find((gap) => gap.sampled)?.why ?? "") : "";
  const without = gaps.filter((gap) => !gap.sampled);
  const missing = without.length ? statusWords.emptyPartlyMissing(reasonWords(without, statusWords.emptyNotCollectedReason)) : "";
  return { kind: "no-match", tone: "plain", word: statusWords.emptyNoMatch, since: inputs.begunAt, cause: `${statusWords.emptyNoMatchThen}${sampled}${missing}`, action };
}
