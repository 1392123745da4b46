/**
 * Reconnection policy: decides by the close code whether to reconnect later, to ask for a sign-in or to give up, reads the wait that the
 * server's close reason requests, and computes an exponential back-off with jitter.
 */

export type CloseVerdict = "later" | "signed-out" | "never";

const FIRST_MS = 500;
const MOST_MS = 20_000;
const NEVER = new Set([1002, 1007]);

/** Return whether a close code allows another attempt (docs/reference/protocol.md, "Close codes"). */
export function closeVerdict(code: number): CloseVerdict {
  if (code === 4401) return "signed-out";
  if (NEVER.has(code) || (code >= 4400 && code < 4500)) return "never";
  return "later";
}

/** Return the wait that a close reason names ("going_away; come back in 1200 ms"), or 0. */
export function requestedWaitMs(reason: string): number {
  const requested = /come back in (\d{1,6}) ms/u.exec(reason)?.[1];
  return requested ? Number(requested) : 0;
}

/** Return the wait before attempt `attempt` (0, 1, …) in ms: exponential, half of it random, so that clients do not reconnect together. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full / 2 + (full / 2) * random());
}
