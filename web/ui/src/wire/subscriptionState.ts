/**
 * Subscription state as a pure reducer: the phase of one search on a connection (waiting, history, live, lagged, refused), its key, and the
 * `after` from which it can resume; and the state for a new subscribe message.
 *
 * `after` advances only while every earlier frame has arrived: not before the history is complete, and not after `lagged`, which means that
 * frames of this search are missing.
 */
import type { Frame } from "./frame";

export interface SubscriptionState {
  phase: "waiting" | "history" | "live" | "lagged" | "refused";
  key: string;
  after: number | null;
  /** Greatest `after` seen while the history was still coming. */
  seen: number | null;
}

export const NEW_SUBSCRIPTION: SubscriptionState = { phase: "waiting", key: "", after: null, seen: null };

/** Return the state for a new `subscribe`. `after` and `key` stay; the progress of an incomplete history is dropped. */
export function toResubscribe(sub: SubscriptionState): SubscriptionState {
  return { ...sub, phase: "waiting", seen: null };
}

function advance(sub: SubscriptionState, after: number | undefined): SubscriptionState {
  if (after === undefined) return sub;
  if (sub.phase === "live") return after > (sub.after ?? -1) ? { ...sub, after } : sub;
  if (sub.phase === "history") return after > (sub.seen ?? -1) ? { ...sub, seen: after } : sub;
  return sub;
}

/** Return the state after a frame. Frames of other searches, and of other subscriptions of the same search, change nothing. */
export function reduceSubscription(sub: SubscriptionState, id: string, frame: Frame): SubscriptionState {
  switch (frame.type) {
    case "subscribed":
      return frame.id === id ? { ...sub, phase: "history", key: frame.key, seen: null } : sub;
    case "error":
      return frame.id === id ? { ...sub, phase: "refused" } : sub;
    case "history": {
      if (frame.id !== id || sub.phase === "lagged") return sub;
      if (!frame.done) return sub;
      const after = Math.max(frame.after ?? -1, sub.seen ?? -1, sub.after ?? -1);
      return { ...sub, phase: "live", after: after < 0 ? null : after, seen: null };
    }
    case "reset":
      return frame.id === id ? { ...sub, phase: "history", after: null, seen: null } : sub;
    case "lagged":
      return frame.id === id ? { ...sub, phase: "lagged" } : sub;
    case "posts":
      return frame.key === sub.key ? advance(sub, frame.after) : sub;
    case "stats":
      return advance(sub, frame.after);
    default:
      return sub;
  }
}
