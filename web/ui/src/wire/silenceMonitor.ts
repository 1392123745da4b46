/**
 * Watches how long the server has been silent. It sends `stats` every second, so that a connection without a frame for some seconds
 * brings no posts either, whatever the browser believes: a lost network ends no socket by itself.
 */

/** Without a frame for so long the connection is not called live any more. */
const SILENT_MS = 4_000;
/** Without a frame for so long it is replaced. */
const DEAD_MS = 12_000;
/** After the network came back, or the computer woke, a frame must come within this time. */
const PROBE_MS = 2_500;
const LOOK_MS = 500;
/** A look this late means that this page, not the server, stood still: asleep, frozen, or busy. */
const LATE_MS = 2_000;

export interface SilenceListener {
  /** No frame came for some seconds. */
  silent(): void;
  /** No frame came for so long, or after a probe, that the connection is to be replaced. */
  dead(): void;
}

export class SilenceMonitor {
  private heardAt = Date.now();
  private lookedAt = Date.now();
  private probedAt: number | null = null;

  constructor(private readonly to: SilenceListener) {}

  /** Begin to look, for as long as the page lives. */
  start(): void {
    this.lookedAt = Date.now();
    setInterval(() => this.check(), LOOK_MS);
  }

  /** A frame came, or a connection opened: the time counts from here. */
  frameArrived(): void {
    this.heardAt = Date.now();
  }

  /** Ask for a frame soon: what was true before may be no longer. */
  probe(): void {
    this.probedAt ??= Date.now();
  }

  private check(): void {
    const now = Date.now();
    const late = now - this.lookedAt > LATE_MS;
    this.lookedAt = now;
    this.heardAt = Math.min(this.heardAt, now);  // the clock may have been set back
    if (this.probedAt !== null) {
      if (this.heardAt > this.probedAt || this.probedAt > now) this.probedAt = null;
      else if (now - this.probedAt > PROBE_MS) {
        this.probedAt = null;
        return this.to.dead();
      }
    }
    const silent = now - this.heardAt;
    if (late) this.probe();
    else if (silent > DEAD_MS) this.to.dead();
    else if (silent > SILENT_MS) this.to.silent();
  }
}
