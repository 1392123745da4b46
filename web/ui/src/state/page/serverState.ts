/** What the server says of itself: facts for the page, counters, how its sources are, and what it cannot do at the moment. */
import { api, ApiError, type Operator, type PageFacts, type ServerStats } from "../../wire/api";
import type { Outage, Stats } from "../../wire/frame";

const AGAIN_MS = 5_000;

export class ServerState {
  facts: PageFacts | null = null;
  operators: Operator[] = [];
  stats: Partial<ServerStats> = {};
  /** When this page first heard that the server lost its broker, ms; the server sends no time. */
  reconnectingSince: number | null = null;
  outage: Outage | null = null;

  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly changed: () => void,
    /** The server asks for an access token, or answers again. */
    private readonly signedOut: (out: boolean) => void,
  ) {}

  /** Return how its sources are, as it said last. */
  get sources(): PageFacts["sources"] {
    return this.stats.sources ?? this.facts?.sources ?? [];
  }

  applyStats(frame: Stats): void {
    const sources = frame.sources ?? (frame.source ? [frame.source] : this.stats.sources);
    const { indexed, rate, connected } = frame;
    const reconnecting = frame.reconnecting === true || frame.state === "reconnecting";
    this.reconnectingSince = reconnecting ? this.reconnectingSince ?? Date.now() : null;
    this.outage = frame.outage ?? null;
    this.stats = {
      ...this.stats,
      ...(indexed === undefined ? {} : { indexed }),
      ...(rate === undefined ? {} : { rate }),
      ...(connected === undefined ? {} : { connected }),
      ...(sources ? { sources } : {}),
    };
  }

  /**
   * Ask for what it does not say by itself, until it answers. Asked again on each new connection: it may be another server. Where it
   * asks for a token it is asked again too: the reader may sign in in another tab.
   */
  async fetchFacts(): Promise<void> {
    clearTimeout(this.timer);
    try {
      this.facts = await api.page();
      this.stats = { ...(await api.stats()), ...this.stats };
      this.signedOut(false);
      this.changed();
      if (!this.operators.length) this.operators = (await api.language()).operators;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) this.signedOut(true);
      this.fetchFactsLater();
    }
    this.changed();
  }

  /** Ask in some seconds. */
  fetchFactsLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.fetchFacts(), AGAIN_MS);
  }
}
