/**
 * Stream transport, the fallback where WebSockets fail: one server-sent event stream for each subscription, resumed from its `after`.
 * Without a subscription there is one stream without a search (the page stream), so that `stats` and `deleted` still arrive. When a stream
 * is lost, the transport reports that the browser reconnects, or that the transport is broken; when the server refused the stream, it asks
 * the API why, and reports a refused search or a required sign-in. `Connection` decides when this transport is used.
 */
import { api, ApiError } from "./api";
import { openEventStream } from "./eventStream";
import type { Frame, Problem } from "./frame";
import type { LiveSubscription } from "./liveSubscription";
import { reduceSubscription } from "./subscriptionState";

/** Streams in a row that may break without a frame before a socket is tried again. */
const BROKEN_MAX = 2;

export interface StreamsListener {
  opened(): void;
  frameArrived(): void;
  /** A frame that belongs to no search. */
  pageFrame(frame: Frame): void;
  /** A frame that carries the key of a search. */
  searchFrame(subscription: LiveSubscription, frame: Frame): void;
  /** The server refused the search. The connection does not subscribe to it again by itself. */
  refused(subscription: LiveSubscription, problem: Problem): void;
  /** The browser reconnects the broken stream by itself. */
  reconnecting(): void;
  /** The streams broke too often, or the server refused one for another reason than the search or the token. */
  broken(): void;
  signedOut(): void;
}

export class StreamTransport {
  /** Whether this transport is in use. */
  active = false;
  private brokenInARow = 0;
  private pageStream: { close(): void } | null = null;

  constructor(
    private readonly subscriptions: ReadonlySet<LiveSubscription>,
    private readonly to: StreamsListener,
  ) {}

  openAll(): void {
    for (const subscription of this.subscriptions) this.open(subscription);
    this.openPageStream();
  }

  /** Close every stream and leave this transport. */
  close(): void {
    this.closePageStream();
    this.active = false;
    this.brokenInARow = 0;
    for (const subscription of this.subscriptions) this.closeStream(subscription);
  }

  open(subscription: LiveSubscription): void {
    this.closePageStream();
    subscription.stream?.close();
    const { query, history, state: { after } } = subscription;
    const stream = openEventStream({ query, history, after }, {
      open: () => this.to.opened(),
      frame: (frame) => this.take(subscription, frame),
      lost: (final) => this.onLost(final, () => subscription.stream === stream, () => api.explain(query), (problem) => this.refuse(subscription, problem)),
    });
    subscription.stream = stream;
  }

  closeStream(subscription: LiveSubscription): void {
    subscription.stream?.close();
    subscription.stream = null;
  }

  /** Open the stream without a search, unless a search has a stream. */
  openPageStream(): void {
    if (!this.active || this.pageStream || [...this.subscriptions].some(({ stream }) => stream)) return;
    const stream = openEventStream(null, {
      open: () => this.to.opened(),
      frame: (frame) => {
        this.frameArrived();
        this.to.pageFrame(frame);
      },
      lost: (final) => this.onLost(final, () => this.pageStream === stream, () => api.stats(), () => this.to.broken()),
    });
    this.pageStream = stream;
  }

  private closePageStream(): void {
    this.pageStream?.close();
    this.pageStream = null;
  }

  private frameArrived(): void {
    this.brokenInARow = 0;
    this.to.frameArrived();
  }

  private take(subscription: LiveSubscription, frame: Frame): void {
    this.frameArrived();
    if (frame.type === "error") return this.refuse(subscription, frame.error);
    if ("key" in frame) return this.to.searchFrame(subscription, { ...frame, ...(frame.type === "subscribed" ? { id: subscription.id } : {}) });
    subscription.state = reduceSubscription(subscription.state, subscription.id, frame);
    this.to.pageFrame(frame);
  }

  private refuse(subscription: LiveSubscription, problem: Problem): void {
    this.closeStream(subscription);
    subscription.state = { ...subscription.state, phase: "refused" };
    this.to.refused(subscription, problem);
    this.openPageStream();
  }

  /** Handle a lost stream. A browser hides why a stream was refused for good, so the API is asked once. */
  private onLost(final: boolean, isCurrent: () => boolean, ask: () => Promise<unknown>, refused: (problem: Problem) => void): void {
    const ours = (): boolean => this.active && isCurrent();
    if (!ours()) return;
    if (!final) {
      if (++this.brokenInARow < BROKEN_MAX) this.to.reconnecting();
      else this.to.broken();
      return;
    }
    void ask().then(() => null, (error: unknown) => error).then((error) => {
      if (!ours()) return;
      const status = error instanceof ApiError ? error.status : 0;
      if (error instanceof ApiError && status === 400) refused(error.problem);
      else if (status === 401) this.to.signedOut();
      else this.to.broken();
    });
  }
}
