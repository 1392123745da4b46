/**
 * Live subscription: one search on the connection, with its id, query, length of history and state. The page has the handle, with which
 * it receives the frames of the search and closes it; the connection keeps the rest.
 */
import type { Frame } from "./frame";
import { NEW_SUBSCRIPTION, type SubscriptionState } from "./subscriptionState";

/** The page's handle of a subscription, valid until it is closed. */
export interface SubscriptionHandle {
  readonly query: string;
  readonly history: number;
  readonly phase: SubscriptionState["phase"];
  /** Sequence number up to which everything has been received; null until the history is complete. */
  readonly after: number | null;
  /** Receive the frames of this search. Frames that arrived before the connection had a listener are delivered first. */
  listen(take: (frame: Frame) => void): void;
  close(): void;
}

export class LiveSubscription implements SubscriptionHandle {
  state: SubscriptionState = NEW_SUBSCRIPTION;
  onFrame: ((frame: Frame) => void) | null = null;

  constructor(
    /** Subscription id, never reused. Frames of an earlier search are therefore ignored; live posts are matched by `key`. */
    readonly id: string,
    readonly query: string,
    readonly history: number,
    private readonly closed: (watch: LiveSubscription) => void,
  ) {}

  get phase(): SubscriptionState["phase"] {
    return this.state.phase;
  }

  get after(): number | null {
    return this.state.after;
  }

  listen(take: (frame: Frame) => void): void {
    this.onFrame = take;
  }

  close(): void {
    this.onFrame = null;
    this.closed(this);
  }
}
