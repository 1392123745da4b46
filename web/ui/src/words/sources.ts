/**
 * Sources in words: their names, states and the reasons of their gaps, as texts of the reader's language. Long lists are shortened.
 */
import { formatList } from "../text/formatNumber";
import { formatDuration } from "../text/formatTime";
import { statusWords } from ".";

interface NamedSource {
  name: string;
  state: string;
  lag_s?: number | null;
}

/** Number of sources that a list names before it counts the rest. */
const NAMED_MAX = 2;
/** Number of reasons that a list gives before "and more". */
const REASONS_MAX = 3;

/** Return the display name of a source. */
export function sourceName(name: string): string {
  return statusWords.SOURCE_NAMES[name] ?? name;
}

/** Return the names of sources, each once: "Bluesky, X, and 1 more". */
export function sourceNames(sources: readonly { source: string }[]): string {
  const names = [...new Set(sources.map(({ source }) => sourceName(source)))];
  const more = names.length - NAMED_MAX;
  return formatList(more > 0 ? [...names.slice(0, NAMED_MAX), statusWords.sourceMore(more)] : names);
}

/** Return a source with its state: "Bluesky live, 1 s behind", "X is down". */
export function sourceWords({ name, state, lag_s: lag }: NamedSource): string {
  const isBehind = state === "live" && name !== "replay" && lag !== null && lag !== undefined;
  const behind = isBehind ? statusWords.sourceBehind(formatDuration(Math.max(0, lag) * 1000)) : "";
  return `${sourceName(name)}${statusWords.sourceStates[state] ?? ` ${state}`}${behind}`;
}

/** Return each source's reasons, each once: "X: rate limit; Bluesky: stopped". `otherwise`: for a gap without a reason. */
export function reasonWords(gaps: readonly { source: string; why: string }[], otherwise: string): string {
  const reasons = [...new Set(gaps.map(({ source, why }) => `${sourceName(source)}: ${why || otherwise}`))];
  return reasons.length > REASONS_MAX ? statusWords.reasonsMore(reasons.slice(0, REASONS_MAX).join("; ")) : reasons.join("; ");
}
