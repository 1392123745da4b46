/**
 * Live connection of the page: a WebSocket that reconnects by itself, or server-sent events (`streamTransport.ts`) where sockets fail. It
 * subscribes to searches and resumes them after a reconnection, delivers each frame to its subscription or to the page, and reports the
 * state of the connection. It opens before the rest of the page is loaded, and keeps the frames that arrive until a listener is attached.
 *
 * The connection knows subscriptions and their `after`, not posts. The back-off restarts when a frame arrives, not when a socket opens.
 * After three sockets in a row that never opened, event streams take over; when those break too, a socket is tried first again. The server
 * sends `stats` every second on both transports: a connection without a frame for some seconds is `silent`, and is then replaced, as is a
 * socket that does not open.
 */
import { backoffMs, closeVerdict, requestedWaitMs } from "./backoff";
import { StreamTransport } from "./streamTransport";
import { type Frame, readFrame } from "./frame";
import { FrameQueue } from "./frameQueue";
import { LiveSubscription, type SubscriptionHandle } from "./liveSubscription";
import { SilenceMonitor } from "./silenceMonitor";
import { NEW_SUBSCRIPTION, reduceSubscription, toResubscribe } from "./subscriptionState";

export type ConnectionState = "connecting" | "open" | "silent" | "waiting" | "signed-out" | "refused";

export interface ConnectionListener {
  /** A frame that belongs to no search: `stats`, `gap`, `deleted`. Frames of a search go to its `SubscriptionHandle`. */
  frame(frame: Frame): void;
  /** The state changed. `code`: the close code of a connection that ended; `retryAt`: time of the next attempt, ms. */
  link(link: ConnectionState, code: number, retryAt: number): void;
}

/** Frames kept while no listener is attached. With more, the connection starts again from nothing. */
const UNDELIVERED_MAX = 256;
/** Sockets in a row that fail to open before event streams take over. */
const FAILED_SOCKETS_MAX = 3;
/** Milliseconds in which a socket has to open. A network that drops packets, as after sleep, would leave it hanging for minutes. */
const CONNECT_MAX_MS = 15_000;
/** Close code of a connection that broke without a close frame. */
const ABNORMAL_CLOSURE = 1006;
const SIGNED_OUT_CODE = 4401;

export class Connection {
  private socket: WebSocket | null = null;
  private queue: FrameQueue<string> | null = null;
  private readonly subscriptions = new Set<LiveSubscription>();
  private lastId = 0;
  /** Deck that is followed. */
  private followed: string | null = null;
  private attempt = 0;
  private failedSockets = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private state: ConnectionState = "connecting";
  /** When the socket that is not open yet was made, ms. */
  private connectingSince = 0;
  /** The server refused the connection, or asks for a token: nothing reconnects by itself. */
  private ended = false;
  private undelivered: ((to: ConnectionListener) => void)[] = [];
  private listener: ConnectionListener | null = null;
  private readonly streams = new StreamTransport(this.subscriptions, {
    opened: () => {
      this.silence.frameArrived();
      this.setState("open", 0, 0);
    },
    frameArrived: () => this.frameArrived(),
    frame: (frame) => this.dispatch(frame),
    refused: (subscription, error) => this.deliver(() => subscription.onFrame?.({ type: "error", id: subscription.id, error })),
    reconnecting: () => this.setState("waiting", 0, Date.now()),
    broken: () => this.onStreamsBroken(),
    signedOut: () => this.onSignedOut(),
  });
  private readonly silence = new SilenceMonitor({
    silent: () => {
      if (this.state === "open") this.setState("silent", 0, 0);
    },
    dead: () => {
      if (this.state === "open" || this.state === "silent") this.replace();
      else if (this.state === "connecting" && Date.now() - this.connectingSince > CONNECT_MAX_MS) this.abandon();
    },
  });

  constructor(private readonly url: string) {}

  /** Attach the listener. The frames that arrived before are delivered first, in order. */
  attach(listener: ConnectionListener): void {
    this.listener = listener;
    for (const delivery of this.undelivered.splice(0)) delivery(listener);
  }

  private deliver(delivery: (to: ConnectionListener) => void): void {
    if (this.listener) return delivery(this.listener);
    this.undelivered.push(delivery);
    if (this.undelivered.length <= UNDELIVERED_MAX) return;
    this.undelivered = [];
    for (const subscription of this.subscriptions) subscription.state = NEW_SUBSCRIPTION;
    this.socket?.close();
  }

  private setState(state: ConnectionState, code: number, retryAt: number): void {
    this.state = state;
    this.deliver((to) => to.link(state, code, retryAt));
  }

  private frameArrived(): void {
    this.silence.frameArrived();
    if (this.state === "silent") this.setState("open", 0, 0);
  }

  /** Open the connection and start the silence monitor. */
  start(): void {
    this.open();
    this.silence.start();
    addEventListener("online", () => this.onWake());
    addEventListener("pageshow", () => this.onWake());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.onWake();
    });
  }

  /** Probe an open connection, or retry a waiting one: the network is back, or the reader looks at the page again. */
  private onWake(): void {
    if (this.state === "open" || this.state === "silent") this.silence.probe();
    else if (this.state === "waiting") this.retryNow();
  }

  /** Connect at once instead of at the end of the back-off. */
  retryNow(): void {
    if (this.ended || this.state === "open") return;
    if (this.state === "silent") return this.replace();
    clearTimeout(this.timer);
    this.leaveStreams();
    this.open();
  }

  /** Connect again after the reader has signed in. */
  reopen(): void {
    if (!this.ended) return;
    this.ended = false;
    this.open();
  }

  /** Replace a silent connection. `close()` alone would wait minutes for the other side. */
  private replace(): void {
    if (this.streams.active) return this.onStreamsBroken();
    const { socket } = this;
    if (!socket) return;
    this.queue?.flush();
    this.socket = null;
    socket.close();
    this.onClosed(ABNORMAL_CLOSURE, "");
  }

  /** Give up a socket that does not open. It counts among those that fail to open. */
  private abandon(): void {
    const { socket } = this;
    if (!socket) return;
    this.socket = null;
    socket.close();
    if (++this.failedSockets >= FAILED_SOCKETS_MAX) this.streams.active = true;
    this.onClosed(ABNORMAL_CLOSURE, "");
  }

  /** Subscribe to a search. Up to `history` stored posts arrive first. */
  subscribe(query: string, history: number): SubscriptionHandle {
    const subscription = new LiveSubscription(`s${++this.lastId}`, query, history, (one) => this.unsubscribe(one));
    this.subscriptions.add(subscription);
    this.sendSubscribe(subscription);
    return subscription;
  }

  /** Follow a deck, and no other: its `deck` frames go to the page. Null: follow none. */
  follow(deck: string | null): void {
    const before = this.followed;
    if (before === deck) return;
    if (before !== null) this.send({ type: "unfollow", deck: before });
    this.followed = this.streams.deck = deck;
    if (deck !== null) this.send({ type: "follow", deck });
    this.streams.reopen();
  }

  private unsubscribe(subscription: LiveSubscription): void {
    if (!this.subscriptions.delete(subscription)) return;
    this.send({ type: "unsubscribe", id: subscription.id });
    this.streams.reopen();
  }

  private open(): void {
    if (this.streams.active) return this.streams.open();
    this.connectingSince = Date.now();
    this.setState("connecting", 0, 0);
    const socket = new WebSocket(this.url);
    const former = this.socket;
    this.socket = socket;
    former?.close();
    let opened = false;
    const queue = new FrameQueue<string>((text) => {
      if (this.socket === socket) this.take(text);
    });
    this.queue = queue;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      opened = true;
      this.failedSockets = 0;
      this.silence.frameArrived();
      this.setState("open", 0, 0);
      for (const subscription of this.subscriptions) this.sendSubscribe(subscription);
      if (this.followed !== null) this.send({ type: "follow", deck: this.followed });
    };
    socket.onmessage = (event) => {
      this.frameArrived();
      if (typeof event.data === "string") queue.add(event.data);
    };
    socket.onclose = (event) => {
      queue.flush();
      if (this.socket !== socket) return;
      this.socket = null;
      if (!opened && ++this.failedSockets >= FAILED_SOCKETS_MAX) this.streams.active = true;
      this.onClosed(event.code, event.reason);
    };
  }

  private onClosed(code: number, reason: string): void {
    const verdict = closeVerdict(code);
    for (const subscription of this.subscriptions) subscription.state = toResubscribe(subscription.state);
    if (verdict !== "later") {
      this.ended = true;
      this.setState(verdict === "signed-out" ? "signed-out" : "refused", code, 0);
      return;
    }
    this.openLater(code, requestedWaitMs(reason));
  }

  /** Open again after the back-off, or after `leastMs` where that is longer. */
  private openLater(code: number, leastMs: number): void {
    const waitMs = Math.max(leastMs, backoffMs(this.attempt++));
    this.setState("waiting", code, Date.now() + waitMs);
    this.timer = setTimeout(() => this.open(), waitMs);
  }

  private take(text: string): void {
    const frame = readFrame(text);
    if (!frame) return;
    this.attempt = 0;
    this.dispatch(frame);
  }

  /** Deliver a frame to the page, or to each subscription that it is for. */
  private dispatch(frame: Frame): void {
    if (!("key" in frame) && !("id" in frame && frame.id)) {
      for (const subscription of this.subscriptions) subscription.state = reduceSubscription(subscription.state, subscription.id, frame);
      this.deliver((to) => to.frame(frame));
      return;
    }
    for (const subscription of [...this.subscriptions]) this.route(subscription, frame);
  }

  /** Deliver a frame to a subscription if the frame carries its id, or, for live posts, its key. */
  private route(subscription: LiveSubscription, frame: Frame): void {
    const before = subscription.state;
    subscription.state = reduceSubscription(before, subscription.id, frame);
    const mine = "id" in frame ? frame.id === subscription.id : "key" in frame && frame.key === before.key;
    if (!mine) return;
    this.deliver(() => subscription.onFrame?.(frame));
    if (subscription.state.phase === "lagged") {
      subscription.state = toResubscribe(subscription.state);
      this.sendSubscribe(subscription);
    }
  }

  private sendSubscribe(subscription: LiveSubscription): void {
    if (this.streams.active) return this.streams.reopen();
    const { id, query, history, state: { after } } = subscription;
    this.send({ type: "subscribe", id, query, history, after });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private onSignedOut(): void {
    this.leaveStreams();
    this.ended = true;
    this.setState("signed-out", SIGNED_OUT_CODE, 0);
  }

  private onStreamsBroken(): void {
    this.leaveStreams();
    this.openLater(0, 0);
  }

  /** Go back to sockets. If the next one fails to open as well, event streams follow at once. */
  private leaveStreams(): void {
    if (!this.streams.active) return;
    this.streams.close();
    this.failedSockets = FAILED_SOCKETS_MAX - 1;
    for (const subscription of this.subscriptions) subscription.state = toResubscribe(subscription.state);
  }
}
