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
import { askedMs, onClose, waitMs } from "./backoff";
import { openEvents } from "./eventStream";
import type { Fault, Frame } from "./frame";
import { readFrame } from "./frame";
import { again, NEW, reduce } from "./subscriptionState";
import { Silence } from "./silenceMonitor";
import { Turns } from "./frameQueue";
import { Watch, type Watching } from "./liveSubscription";

export type Link = "connecting" | "open" | "silent" | "waiting" | "signed-out" | "refused";

export interface Listener {
  /** A frame that belongs to no search: `stats`, `gap`, `deleted`. Frames of a search go to its `Watching`. */
  frame(frame: Frame): void;
  /** The link changed; `code` is the close code where it ended, `retryAt` (ms) when it will be tried again. */
  link(link: Link, code: number, retryAt: number): void;
}

/** Frames kept while there is no listener; beyond this number the connection begins anew. */
const KEPT_MAX = 256;
const FALLBACK_AFTER = 3;
/** After this many streams in a row that broke without a frame, a socket is tried again. */
const STREAMS_LOST = 2;

export class Connection {
  private socket: WebSocket | null = null;
  private turns: Turns<string> | null = null;
  private readonly watches = new Set<Watch>();
  private named = 0;
  private attempt = 0;
  private neverOpened = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sse = false;
  private streamsLost = 0;
  /** The stream that is open while there is none of a search. */
  private bare: { close(): void } | null = null;
  private state: Link = "connecting";
  private ended = false;
  private kept: ((to: Listener) => void)[] = [];
  private attached: Listener | null = null;
  private readonly silence = new Silence({
    silent: () => {
      if (this.state === "open") this.linked("silent", 0, 0);
    },
    dead: () => {
      if (this.state === "open" || this.state === "silent") this.replace();
    },
  });

  constructor(private readonly url: string) {}

  /** Listen from now on; what has arrived already is told first, in order. */
  attach(listener: Listener): void {
    this.attached = listener;
    for (const one of this.kept.splice(0)) one(listener);
  }

  private tell(one: (to: Listener) => void): void {
    if (this.attached) return one(this.attached);
    this.kept.push(one);
    if (this.kept.length <= KEPT_MAX) return;
    this.kept = [];
    for (const watch of this.watches) watch.sub = NEW;
    this.socket?.close();
  }

  private linked(link: Link, code: number, retryAt: number): void {
    this.state = link;
    this.tell((to) => to.link(link, code, retryAt));
  }

  private heard(): void {
    this.silence.heard();
    if (this.state === "silent") this.linked("open", 0, 0);
  }

  /** Begin, and look from now on whether the server is silent. */
  start(): void {
    this.open();
    this.silence.start();
    addEventListener("online", () => this.woke());
    addEventListener("pageshow", () => this.woke());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.woke();
    });
  }

  /** The network is back, or somebody looks again: a connection that is believed to be open has to show it. */
  private woke(): void {
    if (this.state === "open" || this.state === "silent") this.silence.probe();
    else if (this.state === "waiting") this.now();
  }

  /** Try again at once. */
  now(): void {
    if (this.ended || this.state === "open") return;
    if (this.state === "silent") return this.replace();
    clearTimeout(this.timer);
    this.leaveStreams();
    this.open();
  }

  /** Begin again after the server had asked for an access token. */
  again(): void {
    if (!this.ended) return;
    this.ended = false;
    this.open();
  }

  /** Give up a connection that says nothing. The browser would wait minutes for the other side to agree. */
  private replace(): void {
    if (this.sse) return this.lostStream(true);
    const { socket } = this;
    if (!socket) return;
    this.turns?.flush();
    this.socket = null;
    socket.close();
    this.closed(1006, "");
  }

  /** Watch a search from nothing; `history` posts come first. */
  subscribe(query: string, history: number): Watching {
    const watch = new Watch(`s${++this.named}`, query, history, (one) => this.forget(one));
    this.watches.add(watch);
    this.ask(watch);
    return watch;
  }

  private forget(watch: Watch): void {
    if (!this.watches.delete(watch)) return;
    watch.events?.close();
    watch.events = null;
    this.send({ type: "unsubscribe", id: watch.name });
    // The next search usually follows at once, and brings a stream of its own.
    void Promise.resolve().then(() => this.openBare());
  }

  private open(): void {
    if (this.sse) return this.openAllEvents();
    this.linked("connecting", 0, 0);
    const socket = new WebSocket(this.url);
    const former = this.socket;
    this.socket = socket;
    former?.close();
    let opened = false;
    const turns = new Turns<string>((text) => {
      if (this.socket === socket) this.take(text);
    });
    this.turns = turns;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      opened = true;
      this.neverOpened = 0;
      this.silence.heard();
      this.linked("open", 0, 0);
      for (const watch of this.watches) this.ask(watch);
    };
    socket.onmessage = (event) => {
      this.heard();
      if (typeof event.data === "string") turns.add(event.data);
    };
    socket.onclose = (event) => {
      turns.flush();
      if (this.socket !== socket) return;
      this.socket = null;
      if (!opened && ++this.neverOpened >= FALLBACK_AFTER) this.sse = true;
      this.closed(event.code, event.reason);
    };
  }

  private closed(code: number, reason: string): void {
    const verdict = onClose(code);
    for (const watch of this.watches) watch.sub = again(watch.sub);
    if (verdict !== "later") {
      this.ended = true;
      this.linked(verdict === "signed-out" ? "signed-out" : "refused", code, 0);
      return;
    }
    const wait = Math.max(askedMs(reason), waitMs(this.attempt++));
    this.linked("waiting", code, Date.now() + wait);
    this.timer = setTimeout(() => this.open(), wait);
  }

  private take(text: string): void {
    const frame = readFrame(text);
    if (!frame) return;
    this.attempt = 0;
    if (!("key" in frame) && !("id" in frame && frame.id)) {
      for (const watch of this.watches) watch.sub = reduce(watch.sub, watch.name, frame);
      this.tell((to) => to.frame(frame));
      return;
    }
    for (const watch of [...this.watches]) this.route(watch, frame);
  }

  private route(watch: Watch, frame: Frame): void {
    const before = watch.sub;
    watch.sub = reduce(before, watch.name, frame);
    const mine = "key" in frame && frame.type !== "subscribed" ? frame.key === before.key : "id" in frame && frame.id === watch.name;
    if (!mine) return;
    this.tell(() => watch.take?.(frame));
    if (watch.sub.phase === "lagged") {
      watch.sub = again(watch.sub);
      this.ask(watch);
    }
  }

  private ask(watch: Watch): void {
    if (this.sse) return this.openEventsFor(watch);
    this.send({ type: "subscribe", id: watch.name, query: watch.query, history: watch.history, after: watch.sub.after });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private openAllEvents(): void {
    for (const watch of this.watches) this.openEventsFor(watch);
    this.openBare();
  }

  private openEventsFor(watch: Watch): void {
    this.closeBare();
    watch.events?.close();
    const events = openEvents({ query: watch.query, history: watch.history, after: watch.sub.after }, {
      open: () => this.openedStream(),
      frame: (frame) => {
        this.heardStream();
        if (frame.type === "error") this.refused(watch, frame.error);
        else if ("key" in frame) this.route(watch, { ...frame, ...(frame.type === "subscribed" ? { id: watch.name } : {}) });
        else {
          watch.sub = reduce(watch.sub, watch.name, frame);
          this.tell((to) => to.frame(frame));
        }
      },
      lost: (final) => this.lost(final, () => watch.events === events, () => api.explain(watch.query), (fault) => this.refused(watch, fault)),
    });
    watch.events = events;
  }

  /** Where no search is watched over a stream, have one that tells how the server is and what is withdrawn. */
  private openBare(): void {
    if (!this.sse || this.ended || this.bare || [...this.watches].some((watch) => watch.events)) return;
    const bare = openEvents(null, {
      open: () => this.openedStream(),
      frame: (frame) => {
        this.heardStream();
        this.tell((to) => to.frame(frame));
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
    this.silence.heard();
    this.linked("open", 0, 0);
  }

  private heardStream(): void {
    this.heard();
    this.streamsLost = 0;
  }

  /** A search that is refused is not asked for again by itself. */
  private refused(watch: Watch, error: Fault): void {
    watch.events?.close();
    watch.events = null;
    watch.sub = { ...watch.sub, phase: "refused" };
    this.tell(() => watch.take?.({ type: "error", id: watch.name, error }));
    this.openBare();
  }

  /** Go on after a stream was lost. A browser does not tell why one was refused for good: the API is asked, once. */
  private lost(final: boolean, current: () => boolean, why: () => Promise<unknown>, refused: (fault: Fault) => void): void {
    const ours = (): boolean => this.sse && current();
    if (!ours()) return;
    if (!final) {
      this.lostStream(false);
      return;
    }
    void why().then(() => null, (error: unknown) => error).then((error) => {
      if (!ours()) return;
      const status = error instanceof ApiError ? error.status : 0;
      if (error instanceof ApiError && status === 400) refused(error.fault);
      else if (status === 401) this.signedOut();
      else this.lostStream(true);
    });
  }

  private signedOut(): void {
    this.leaveStreams();
    this.ended = true;
    this.linked("signed-out", 4401, 0);
  }

  private lostStream(final: boolean): void {
    if (!final && ++this.streamsLost < STREAMS_LOST) return this.linked("waiting", 0, Date.now());
    this.leaveStreams();
    const wait = waitMs(this.attempt++);
    this.linked("waiting", 0, Date.now() + wait);
    this.timer = setTimeout(() => this.open(), wait);
  }

  /** Have a socket tried next; if it does not open either, streams follow at once. */
  private leaveStreams(): void {
    if (!this.sse) return;
    this.closeBare();
    this.sse = false;
    this.streamsLost = 0;
    this.neverOpened = FALLBACK_AFTER - 1;
    for (const watch of this.watches) {
      watch.events?.close();
      watch.events = null;
      watch.sub = again(watch.sub);
    }
  }
}
