/** A search that is watched over the connection: what its owner holds of it, and what the connection knows. */
import type { Frame } from "./frame";
import { NEW, type Subscription } from "./subscriptionState";

/** One search that is watched, until it is closed. */
export interface Watching {
  readonly query: string;
  readonly history: number;
  readonly phase: Subscription["phase"];
  /** Take the frames of this search from now on; frames that arrived before the connection has a listener come first. */
  listen(take: (frame: Frame) => void): void;
  close(): void;
}

export class Watch implements Watching {
  sub: Subscription = NEW;
  events: { close(): void } | null = null;
  take: ((frame: Frame) => void) | null = null;

  constructor(
    /** Subscription id, never reused. `subscribed` and `error` of an earlier search are therefore ignored (other frames are matched by `key`). */
    readonly name: string,
    readonly query: string,
    readonly history: number,
    private readonly closed: (watch: Watch) => void,
  ) {}

  get phase(): Subscription["phase"] {
    return this.sub.phase;
  }

  listen(take: (frame: Frame) => void): void {
    this.take = take;
  }

  close(): void {
    this.take = null;
    this.closed(this);
  }
}
