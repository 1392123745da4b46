/**
 * The one live connection of the page: a WebSocket that reconnects by itself, or server-sent events where sockets fail.
 * It is opened before the rest of the page is loaded, and keeps the frames that arrive until somebody listens.
 *
 * It knows subscriptions and their `after`, nothing of posts. Back-off resets on progress (a frame arrived), not on
 * connecting. After three sockets in a row that never opened it falls back to /api/stream: one stream for each search, one without a
 * search where none is watched. When those break too, it tries a socket first again.
 *
 * The server sends `stats` every second over both. A connection without a frame for some seconds is `silent`, and later is replaced.
 */
import { api, ApiError } from "./api";
import { requestedWaitMs, closeVerdict, backoffMs } from "./backoff";
import { openEventStream } from "./eventStream";
import type { Problem, Frame } from "./frame";
import { readFrame } from "./frame";
import { toResubscribe, NEW_SUBSCRIPTION, reduceSubscription } from "./subscriptionState";
import { SilenceMonitor } from "./silenceMonitor";
import { FrameQueue } from "./frameQueue";
import { LiveSubscription, type SubscriptionHandle } from "./liveSubscription";

export type ConnectionState = "connecting" | "open" | "silent" | "waiting" | "signed-out" | "refused";

export interface ConnectionListener {
  /** A frame that belongs to no search: `stats`, `gap`, `deleted`. Frames of a search go to its `Watching`. */
  frame(frame: Frame): void;
  /** The link changed; `code` is the close code where it ended, `retryAt` (ms) when it will be tried again. */
  link(link: ConnectionState, code: number, retryAt: number): void;
}

/** Frames kept while there is no listener; beyond this number the connection begins anew. */
const KEPT_MAX = 256;
const FALLBACK_AFTER = 3;
/** After this many streams in a row that broke without a frame, a socket is tried again. */
const STREAMS_LOST = 2;

export class Connection {
  private socket: WebSocket | null = null;
  private queue: FrameQueue<string> | null = null;
  private readonly subscriptions = new Set<LiveSubscription>();
  private lastId = 0;
  private attempt = 0;
  private neverOpened = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private overStreams = false;
  private streamsLost = 0;
  /** The stream that is open while there is none of a search. */
  private bare: { close(): void } | null = null;
  private state: ConnectionState = "connecting";
  private ended = false;
  private undelivered: ((to: ConnectionListener) => void)[] = [];
  private listener: ConnectionListener | null = null;
  private readonly silence = new SilenceMonitor({
    silent: () => {
      if (this.state === "open") this.setState("silent", 0, 0);
    },
    dead: () => {
      if (this.state === "open" || this.state === "silent") this.replace();
    },
  });

  constructor(private readonly url: string) {}

  /** Listen from now on; what has arrived already is told first, in order. */
  attach(listener: ConnectionListener): void {
    this.listener = listener;
    for (const one of this.undelivered.splice(0)) one(listener);
  }

  private deliver(one: (to: ConnectionListener) => void): void {
    if (this.listener) return one(this.listener);
    this.undelivered.push(one);
    if (this.undelivered.length <= KEPT_MAX) return;
    this.undelivered = [];
    for (const watch of this.subscriptions) watch.state = NEW_SUBSCRIPTION;
    this.socket?.close();
  }

  private setState(link: ConnectionState, code: number, retryAt: number): void {
    this.state = link;
    this.deliver((to) => to.link(link, code, retryAt));
  }

  private frameArrived(): void {
    this.silence.frameArrived();
    if (this.state === "silent") this.setState("open", 0, 0);
  }

  /** Begin, and look from now on whether the server is silent. */
  start(): void {
    this.open();
    this.silence.start();
    addEventListener("online", () => this.onWake());
    addEventListener("pageshow", () => this.onWake());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.onWake();
    });
  }

  /** The network is back, or somebody looks again: a connection that is believed to be open has to show it. */
  private onWake(): void {
    if (this.state === "open" || this.state === "silent") this.silence.probe();
    else if (this.state === "waiting") this.retryNow();
  }

  /** Try again at once. */
  retryNow(): void {
    if (this.ended || this.state === "open") return;
    if (this.state === "silent") return this.replace();
    clearTimeout(this.timer);
    this.leaveStreams();
    this.open();
  }

  /** Begin again after the server had asked for an access token. */
  reopen(): void {
    if (!this.ended) return;
    this.ended = false;
    this.open();
  }

  /** Give up a connection that says nothing. The browser would wait minutes for the other side to agree. */
  private replace(): void {
    if (this.overStreams) return this.lostStream(true);
    const { socket } = this;
    if (!socket) return;
    this.queue?.flush();
    this.socket = null;
    socket.close();
    this.closed(1006, "");
  }

  /** Watch a search from nothing; `history` posts come first. */
  subscribe(query: string, history: number): SubscriptionHandle {
    const watch = new LiveSubscription(`s${++this.lastId}`, query, history, (one) => this.unsubscribe(one));
    this.subscriptions.add(watch);
    this.sendSubscribe(watch);
    return watch;
  }

  private unsubscribe(watch: LiveSubscription): void {
    if (!this.subscriptions.delete(watch)) return;
    watch.stream?.close();
    watch.stream = null;
    this.send({ type: "unsubscribe", id: watch.id });
    // The next search usually follows at once, and brings a stream of its own.
    void Promise.resolve().then(() => this.openBare());
  }

  private open(): void {
    if (this.overStreams) return this.openAllEvents();
    this.setState("connecting", 0, 0);
    const socket = new WebSocket(this.url);
    const former = this.socket;
    this.socket = socket;
    former?.close();
    let opened = false;
    const turns = new FrameQueue<string>((text) => {
      if (this.socket === socket) this.take(text);
    });
    this.queue = turns;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      opened = true;
      this.neverOpened = 0;
      this.silence.frameArrived();
      this.setState("open", 0, 0);
      for (const watch of this.subscriptions) this.sendSubscribe(watch);
    };
    socket.onmessage = (event) => {
      this.frameArrived();
      if (typeof event.data === "string") turns.add(event.data);
    };
    socket.onclose = (event) => {
      turns.flush();
      if (this.socket !== socket) return;
      this.socket = null;
      if (!opened && ++this.neverOpened >= FALLBACK_AFTER) this.overStreams = true;
      this.closed(event.code, event.reason);
    };
  }

  private closed(code: number, reason: string): void {
    const verdict = closeVerdict(code);
    for (const watch of this.subscriptions) watch.state = toResubscribe(watch.state);
    if (verdict !== "later") {
      this.ended = true;
      this.setState(verdict === "signed-out" ? "signed-out" : "refused", code, 0);
      return;
    }
    const wait = Math.max(requestedWaitMs(reason), backoffMs(this.attempt++));
    this.setState("waiting", code, Date.now() + wait);
    this.timer = setTimeout(() => this.open(), wait);
  }

  private take(text: string): void {
    const frame = readFrame(text);
    if (!frame) return;
    this.attempt = 0;
    if (!("key" in frame) && !("id" in frame && frame.id)) {
      for (const watch of this.subscriptions) watch.state = reduceSubscription(watch.state, watch.id, frame);
      this.deliver((to) => to.frame(frame));
      return;
    }
    for (const watch of [...this.subscriptions]) this.route(watch, frame);
  }

  private route(watch: LiveSubscription, frame: Frame): void {
    const before = watch.state;
    watch.state = reduceSubscription(before, watch.id, frame);
    const mine = "key" in frame && frame.type !== "subscribed" ? frame.key === before.key : "id" in frame && frame.id === watch.id;
    if (!mine) return;
    this.deliver(() => watch.onFrame?.(frame));
    if (watch.state.phase === "lagged") {
      watch.state = toResubscribe(watch.state);
      this.sendSubscribe(watch);
    }
  }

  private sendSubscribe(watch: LiveSubscription): void {
    if (this.overStreams) return this.openEventsFor(watch);
    this.send({ type: "subscribe", id: watch.id, query: watch.query, history: watch.history, after: watch.state.after });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private openAllEvents(): void {
    for (const watch of this.subscriptions) this.openEventsFor(watch);
    this.openBare();
  }

  private openEventsFor(watch: LiveSubscription): void {
    this.closeBare();
    watch.stream?.close();
    const events = openEventStream({ query: watch.query, history: watch.history, after: watch.state.after }, {
      open: () => this.openedStream(),
      frame: (frame) => {
        this.heardStream();
        if (frame.type === "error") this.refused(watch, frame.error);
        else if ("key" in frame) this.route(watch, { ...frame, ...(frame.type === "subscribed" ? { id: watch.id } : {}) });
        else {
          watch.state = reduceSubscription(watch.state, watch.id, frame);
          this.deliver((to) => to.frame(frame));
        }
      },
      lost: (final) => this.lost(final, () => watch.stream === events, () => api.explain(watch.query), (fault) => this.refused(watch, fault)),
    });
    watch.stream = events;
  }

  /** Where no search is watched over a stream, have one that tells how the server is and what is withdrawn. */
  private openBare(): void {
    if (!this.overStreams || this.ended || this.bare || [...this.subscriptions].some((watch) => watch.stream)) return;
    const bare = openEventStream(null, {
      open: () => this.openedStream(),
      frame: (frame) => {
        this.heardStream();
        this.deliver((to) => to.frame(frame));
      },
      lost: (final) => this.lost(final, () => this.bare === bare, () => api.stats(), () => this.lostStream(true)),
    });
    this.bare = bare;
  }

  private closeBare(): void {
    this.bare?.close();
    this.bare = null;
  }

  private openedStream(): void {
    this.silence.frameArrived();
    this.setState("open", 0, 0);
  }

  private heardStream(): void {
    this.frameArrived();
    this.streamsLost = 0;
  }

  /** A search that is refused is not asked for again by itself. */
  private refused(watch: LiveSubscription, error: Problem): void {
    watch.stream?.close();
    watch.stream = null;
    watch.state = { ...watch.state, phase: "refused" };
    this.deliver(() => watch.onFrame?.({ type: "error", id: watch.id, error }));
    this.openBare();
  }

  /** Go on after a stream was lost. A browser does not tell why one was refused for good: the API is asked, once. */
  private lost(final: boolean, current: () => boolean, why: () => Promise<unknown>, refused: (fault: Problem) => void): void {
    const ours = (): boolean => this.overStreams && current();
    if (!ours()) return;
    if (!final) {
      this.lostStream(false);
      return;
    }
    void why().then(() => null, (error: unknown) => error).then((error) => {
      if (!ours()) return;
      const status = error instanceof ApiError ? error.status : 0;
      if (error instanceof ApiError && status === 400) refused(error.problem);
      else if (status === 401) this.signedOut();
      else this.lostStream(true);
    });
  }

  private signedOut(): void {
    this.leaveStreams();
    this.ended = true;
    this.setState("signed-out", 4401, 0);
  }

  private lostStream(final: boolean): void {
    if (!final && ++this.streamsLost < STREAMS_LOST) return this.setState("waiting", 0, Date.now());
    this.leaveStreams();
    const wait = backoffMs(this.attempt++);
    this.setState("waiting", 0, Date.now() + wait);
    this.timer = setTimeout(() => this.open(), wait);
  }

  /** Have a socket tried next; if it does not open either, streams follow at once. */
  private leaveStreams(): void {
    if (!this.overStreams) return;
    this.closeBare();
    this.overStreams = false;
    this.streamsLost = 0;
    this.neverOpened = FALLBACK_AFTER - 1;
    for (const watch of this.subscriptions) {
      watch.stream?.close();
      watch.stream = null;
      watch.state = toResubscribe(watch.state);
    }
  }
}
