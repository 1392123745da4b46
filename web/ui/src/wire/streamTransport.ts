/**
 * Stream transport, the fallback where WebSockets fail: one server-sent event stream for all subscriptions, each resumed from its `after`.
 * It is opened again whenever the set of subscriptions changes; without a subscription it still brings `stats` and `deleted`. Searches too
 * long for one address share as few streams as they fit into. When a stream is lost, the transport reports that the browser reconnects, or
 * that the transport is broken; when the server refused the stream, it asks the API why, and reports refused searches or a required
 * sign-in. `Connection` decides when this transport is used.
 */
import { api, ApiError } from "./api";
import { openEventStream, searchParams } from "./eventStream";
import type { Frame, Problem } from "./frame";
import type { LiveSubscription } from "./liveSubscription";
import { toResubscribe } from "./subscriptionState";

/** Streams in a row that may break without a frame before a socket is tried again. */
const BROKEN_MAX = 2;
/** Characters of a stream's address: the server reads 8,190 of a request's first line. */
const ADDRESS_MAX_LENGTH = 7_500;
/** Streams at a time. A browser has six connections to a host, and the page needs some for its requests. */
const STREAMS_MAX = 3;

export interface StreamsListener {
  opened(): void;
  frameArrived(): void;
  frame(frame: Frame): void;
  /** The server refused the search. The connection does not subscribe to it again by itself. */
  refused(subscription: LiveSubscription, problem: Problem): void;
  /** The browser reconnects the broken stream by itself. */
  reconnecting(): void;
  /** The streams broke too often, or the server refused one for another reason than a search or the token. */
  broken(): void;
  signedOut(): void;
}

const searchOf = ({ id, query, history, state: { after } }: LiveSubscription): Parameters<typeof searchParams>[0] => ({ id, query, history, after });

/** Return the subscriptions of each stream, in order, so that no address is too long; more than fit stay out. */
export function streamGroups(subscriptions: readonly LiveSubscription[]): LiveSubscription[][] {
  const groups: LiveSubscription[][] = [[]];
  let length = 0;
  for (const one of subscriptions) {
    const size = searchParams(searchOf(one)).length + 1;
    if (length > 0 && length + size > ADDRESS_MAX_LENGTH) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(one);
    length += size;
  }
  return groups.slice(0, STREAMS_MAX);
}

export class StreamTransport {
  /** Whether this transport is in use. */
  active = false;
  /** Deck that the first stream follows. */
  deck: string | null = null;
  private brokenInARow = 0;
  private streams: { close(): void }[] = [];
  private reopening = false;

  constructor(
    private readonly subscriptions: ReadonlySet<LiveSubscription>,
    private readonly to: StreamsListener,
  ) {}

  /** Open the streams of all subscriptions that are not refused, in place of those that are open. */
  open(): void {
    this.reopening = false;
    this.closeStreams();
    const wanted = [...this.subscriptions].filter(({ state }) => state.phase !== "refused");
    for (const subscription of wanted) subscription.state = toResubscribe(subscription.state);
    this.streams = streamGroups(wanted).map((group, at) => this.openStream(group, at === 0 ? this.deck : null));
  }

  /** Open the streams anew once the current task is over: one search often takes the place of another. */
  reopen(): void {
    if (!this.active || this.reopening) return;
    this.reopening = true;
    void Promise.resolve().then(() => {
      if (this.active && this.reopening) this.open();
    });
  }

  /** Close every stream and leave this transport. */
  close(): void {
    this.closeStreams();
    this.active = false;
    this.reopening = false;
    this.brokenInARow = 0;
  }

  private closeStreams(): void {
    for (const stream of this.streams.splice(0)) stream.close();
  }

  private openStream(group: readonly LiveSubscription[], deck: string | null): { close(): void } {
    const stream = openEventStream(group.map(searchOf), deck, {
      open: () => this.to.opened(),
      frame: (frame) => {
        if (!this.streams.includes(stream)) return;
        this.brokenInARow = 0;
        this.to.frameArrived();
        this.to.frame(frame);
        if (frame.type === "error") this.reopen();
      },
      lost: (final) => this.onLost(final, group, () => this.active && this.streams.includes(stream)),
    });
    return stream;
  }

  /** Handle a lost stream. A browser hides why a stream was refused for good, so the API is asked once for each search. */
  private onLost(final: boolean, group: readonly LiveSubscription[], isCurrent: () => boolean): void {
    if (!isCurrent()) return;
    if (!final) {
      if (++this.brokenInARow < BROKEN_MAX) this.to.reconnecting();
      else this.to.broken();
      return;
    }
    const ask = (request: Promise<unknown>): Promise<unknown> => request.then(() => null, (error: unknown) => error);
    void Promise.all(group.length ? group.map(({ query }) => ask(api.explain(query))) : [ask(api.stats())]).then((errors) => {
      if (isCurrent()) this.onReasons(group, errors);
    });
  }

  private onReasons(group: readonly LiveSubscription[], errors: readonly unknown[]): void {
    const refused = group.filter((subscription, at) => {
      const error = errors[at];
      if (!(error instanceof ApiError) || error.status !== 400) return false;
      subscription.state = { ...subscription.state, phase: "refused" };
      this.to.refused(subscription, error.problem);
      return true;
    });
    if (errors.some((error) => error instanceof ApiError && error.status === 401)) this.to.signedOut();
    else if (refused.length) this.reopen();
    else this.to.broken();
  }
}
