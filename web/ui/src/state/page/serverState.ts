/**
 * Server state: keeps the facts, operators, counters, sources, outage and broker loss that the server reports. It requests them from the
 * API, retries every 5 s until the server answers, reports when the server asks for an access token and when it answers again, and merges
 * each statistics frame of the connection.
 */
import { api, ApiError, type Operator, type PageFacts, type ServerStats } from "../../wire/api";
import type { Outage, Stats } from "../../wire/frame";

/** Milliseconds until the facts are requested again. */
const FACTS_RETRY_MS = 5_000;

export class ServerState {
  facts: PageFacts | null = null;
  operators: Operator[] = [];
  stats: Partial<ServerStats> = {};
  /** Time at which this page learned that the server lost its broker, ms; null while the server has it. The server sends no time. */
  reconnectingSince: number | null = null;
  /** Outage of the store; null while the store works. */
  outage: Outage | null = null;

  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly changed: () => void,
    /** Called when the server asks for an access token (true), and when it answers again (false). */
    private readonly onRefusal: (refused: boolean) => void,
  ) {}

  /** The sources as the server reported them last. */
  get sources(): PageFacts["sources"] {
    return this.stats.sources ?? this.facts?.sources ?? [];
  }

  /** Apply a frame of statistics. Fields that it leaves out keep their values. */
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
   * Request the facts, counters and operators, and repeat until the server answers. Each new connection requests them again, because the
   * server may be another one. A server that asks for a token is requested again as well, because the reader may sign in in another tab.
   */
  async fetchFacts(): Promise<void> {
    clearTimeout(this.timer);
    try {
      this.facts = await api.page();
      this.stats = { ...(await api.stats()), ...this.stats };
      this.onRefusal(false);
      this.changed();
      if (!this.operators.length) this.operators = (await api.language()).operators;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) this.onRefusal(true);
      this.fetchFactsLater();
    }
    this.changed();
  }

  /** Request the facts in some seconds. */
  fetchFactsLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.fetchFacts(), FACTS_RETRY_MS);
  }
}
