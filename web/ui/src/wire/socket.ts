/**
 * The one live connection of the page: a WebSocket that comes back by itself, or server-sent events where sockets fail.
 * It is opened before the rest of the page is there, and keeps what comes until somebody listens.
 *
 * It knows subscriptions and their `after`, nothing of posts. Back-off resets on progress (a frame that came), not on
 * connecting. After three sockets in a row that never opened it falls back to /api/stream, one a search (one without where none is
 * watched), and when those break too (a server that was away is back, say) it tries a socket first again.
 */
import { api, ApiError } from "./api";
import { askedMs, onClose, waitMs } from "./backoff";
import { openEvents } from "./events";
import type { Fault, Frame } from "./frame";
import { readFrame } from "./frame";
import { again, NEW, reduce, type Subscription } from "./subscription";
import { Turns } from "./turns";

export type Link = "connecting" | "open" | "waiting" | "signed-out" | "refused";

export interface Listener {
  /** A frame that may change what is held; `id` is the subscription it belongs to, null for all. */
  frame(id: string | null, frame: Frame): void;
  /** The link changed; `code` is the close code where it ended, `retryAt` (ms) when it will be tried again. */
  link(link: Link, code: number, retryAt: number): void;
}

interface Watch {
  /** Its name on the wire, used once: what is still on its way for a former search is nobody's. */
  name: string;
  query: string;
  history: number;
  sub: Subscription;
  events: { close(): void } | null;
}

/** What came before there was a listener; beyond it the connection begins anew. */
const KEPT_MAX = 256;
const SILENCE_MS = 30_000;
const FALLBACK_AFTER = 3;
/** So many streams that broke in a row without a frame: a socket is tried again. */
const STREAMS_LOST = 2;

export class Connection {
  private socket: WebSocket | null = null;
  private readonly watches = new Map<string, Watch>();
  private named = 0;
  private attempt = 0;
  private neverOpened = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastFrame = 0;
  private sse = false;
  private streamsLost = 0;
  /** The stream that is open while there is none of a search. */
  private bare: { close(): void } | null = null;
  private state: Link = "connecting";
  private ended = false;
  private kept: ((to: Listener) => void)[] = [];
  private attached: Listener | null = null;
  private readonly listener: Listener = {
    frame: (id, frame) => this.tell((to) => to.frame(id, frame)),
    link: (link, code, retryAt) => {
      this.state = link;
      this.tell((to) => to.link(link, code, retryAt));
    },
  };

  constructor(private readonly url: string) {}

  /** Listen from now on; what has come already is told first, in order. */
  attach(listener: Listener): void {
    this.attached = listener;
    for (const one of this.kept.splice(0)) one(listener);
  }

  private tell(one: (to: Listener) => void): void {
    if (this.attached) return one(this.attached);
    this.kept.push(one);
    if (this.kept.length <= KEPT_MAX) return;
    this.kept = [];
    for (const watch of this.watches.values()) watch.sub = NEW;
    this.socket?.close();
  }

  /** Begin, and look every few seconds whether the server went silent. */
  start(): void {
    this.open();
    setInterval(() => {
      if (this.socket?.readyState === WebSocket.OPEN && performance.now() - this.lastFrame > SILENCE_MS) this.socket.close();
    }, 5_000);
    addEventListener("online", () => this.now());
  }

  /** Try again at once. */
  now(): void {
    if (this.ended || this.state === "open") return;
    clearTimeout(this.timer);
    this.leaveStreams();
    this.open();
  }

  /** Watch a search from nothing; `history` posts come first. An id in use is watched anew. */
  subscribe(id: string, query: string, history: number): void {
    this.forget(id);
    const watch: Watch = { name: `${id}${++this.named}`, query, history, sub: NEW, events: null };
    this.watches.set(id, watch);
    this.ask(id, watch);
  }

  unsubscribe(id: string): void {
    this.forget(id);
    this.openBare();
  }

  private forget(id: string): void {
    const watch = this.watches.get(id);
    if (!watch) return;
    watch.events?.close();
    this.watches.delete(id);
    this.send({ type: "unsubscribe", id: watch.name });
  }

  /** Return whether just this is watched. */
  asks(id: string, query: string, history: number): boolean {
    const watch = this.watches.get(id);
    return watch?.query === query && watch.history === history;
  }

  /** Return where a search stands, for tests and the status line. */
  phase(id: string): Subscription["phase"] | null {
    return this.watches.get(id)?.sub.phase ?? null;
  }

  private open(): void {
    if (this.sse) return this.openAllEvents();
    this.listener.link("connecting", 0, 0);
    const socket = new WebSocket(this.url);
    const former = this.socket;
    this.socket = socket;
    former?.close();
    let opened = false;
    const turns = new Turns<string>((text) => {
      if (this.socket === socket) this.take(text);
    });
    socket.onopen = () => {
      if (this.socket !== socket) return;
      opened = true;
      this.neverOpened = 0;
      this.lastFrame = performance.now();
      this.listener.link("open", 0, 0);
      for (const [id, watch] of this.watches) this.ask(id, watch);
    };
    socket.onmessage = (event) => {
      this.lastFrame = performance.now();
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
    for (const watch of this.watches.values()) watch.sub = again(watch.sub);
    if (verdict !== "later") {
      this.ended = true;
      this.listener.link(verdict === "signed-out" ? "signed-out" : "refused", code, 0);
      return;
    }
    const wait = Math.max(askedMs(reason), waitMs(this.attempt++));
    this.listener.link("waiting", code, Date.now() + wait);
    this.timer = setTimeout(() => this.open(), wait);
  }

  private take(text: string): void {
    const frame = readFrame(text);
    if (!frame) return;
    this.attempt = 0;
    if (!("key" in frame) && !("id" in frame && frame.id)) {
      for (const watch of this.watches.values()) watch.sub = reduce(watch.sub, watch.name, frame);
      this.listener.frame(null, frame);
      return;
    }
    for (const [id, watch] of this.watches) this.route(id, watch, frame);
  }

  private route(id: string, watch: Watch, frame: Frame): void {
    const before = watch.sub;
    watch.sub = reduce(before, watch.name, frame);
    const mine = "key" in frame && frame.type !== "subscribed" ? frame.key === before.key : "id" in frame && frame.id === watch.name;
    if (!mine) return;
    this.listener.frame(id, frame);
    if (watch.sub.phase === "lagged") {
      watch.sub = again(watch.sub);
      this.ask(id, watch);
    }
  }

  private ask(id: string, watch: Watch): void {
    if (this.sse) return this.openEventsFor(id, watch);
    this.send({ type: "subscribe", id: watch.name, query: watch.query, history: watch.history, after: watch.sub.after });
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private openAllEvents(): void {
    for (const [id, watch] of this.watches) this.openEventsFor(id, watch);
    this.openBare();
  }

  private openEventsFor(id: string, watch: Watch): void {
    this.closeBare();
    watch.events?.close();
    const events = openEvents({ query: watch.query, history: watch.history, after: watch.sub.after }, {
      open: () => this.listener.link("open", 0, 0),
      frame: (frame) => {
        this.heardStream();
        if (frame.type === "error") this.refused(id, watch, frame.error);
        else if ("key" in frame) this.route(id, watch, { ...frame, ...(frame.type === "subscribed" ? { id: watch.name } : {}) });
        else {
          watch.sub = reduce(watch.sub, watch.name, frame);
          this.listener.frame(null, frame);
        }
      },
      lost: (final) => this.lost(final, () => watch.events === events, () => api.explain(watch.query), (fault) => this.refused(id, watch, fault)),
    });
    watch.events = events;
  }

  /** Where no search is watched over a stream, have one that tells how the server is and what is withdrawn. */
  private openBare(): void {
    if (!this.sse || this.bare || [...this.watches.values()].some((watch) => watch.events)) return;
    const bare = openEvents(null, {
      open: () => this.listener.link("open", 0, 0),
      frame: (frame) => {
        this.heardStream();
        this.listener.frame(null, frame);
      },
      lost: (final) => this.lost(final, () => this.bare === bare, () => api.stats(), () => this.lostStream(true)),
    });
    this.bare = bare;
  }

  private closeBare(): void {
    this.bare?.close();
    this.bare = null;
  }

  private heardStream(): void {
    this.lastFrame = performance.now();
    this.streamsLost = 0;
  }

  /** A search that is refused is not asked for again by itself. */
  private refused(id: string, watch: Watch, error: Fault): void {
    watch.events?.close();
    watch.events = null;
    watch.sub = { ...watch.sub, phase: "refused" };
    this.listener.frame(id, { type: "error", id, error });
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
    this.listener.link("signed-out", 4401, 0);
  }

  private lostStream(final: boolean): void {
    if (!final && ++this.streamsLost < STREAMS_LOST) return this.listener.link("waiting", 0, Date.now());
    this.leaveStreams();
    const wait = waitMs(this.attempt++);
    this.listener.link("waiting", 0, Date.now() + wait);
    this.timer = setTimeout(() => this.open(), wait);
  }

  /** Have a socket tried next; if it does not open either, streams follow at once. */
  private leaveStreams(): void {
    if (!this.sse) return;
    this.closeBare();
    this.sse = false;
    this.streamsLost = 0;
    this.neverOpened = FALLBACK_AFTER - 1;
    for (const watch of this.watches.values()) {
      watch.events?.close();
      watch.events = null;
      watch.sub = again(watch.sub);
    }
  }
}
