/**
 * Silence monitor: reports a connection on which no frame has arrived for some seconds as silent, and after 12 s, or without a frame after
 * a probe, as dead. The server sends `stats` every second, so a silent connection brings no posts either; a lost network does not close a
 * socket by itself. After the page itself was suspended, the monitor probes before it reports.
 */

/** Milliseconds without a frame after which the connection counts as silent. */
const SILENT_MS = 4_000;
/** Milliseconds without a frame after which the connection is replaced. */
const DEAD_MS = 12_000;
/** Milliseconds within which a frame must follow a probe. */
const PROBE_MS = 2_500;
/** Milliseconds between two checks. */
const CHECK_EVERY_MS = 500;
/** A check this late (ms) means that the page itself was suspended, frozen or busy. */
const LATE_MS = 2_000;

export interface SilenceListener {
  /** No frame came for some seconds. */
  silent(): void;
  /** No frame came for longer still, or none after a probe: the connection is to be replaced. */
  dead(): void;
}

export class SilenceMonitor {
  private lastFrameAt = Date.now();
  private lastCheckAt = Date.now();
  private probedAt: number | null = null;

  constructor(private readonly to: SilenceListener) {}

  /** Start the checks. They run as long as the page does. */
  start(): void {
    this.lastCheckAt = Date.now();
    setInterval(() => this.check(), CHECK_EVERY_MS);
  }

  /** Restart the count of silent seconds: a frame arrived, or a connection opened. */
  frameArrived(): void {
    this.lastFrameAt = Date.now();
  }

  /** Expect a frame soon: the network may have changed. */
  probe(): void {
    this.probedAt ??= Date.now();
  }

  private check(): void {
    const now = Date.now();
    const late = now - this.lastCheckAt > LATE_MS;
    this.lastCheckAt = now;
    this.lastFrameAt = Math.min(this.lastFrameAt, now);  // the clock may have been set back
    if (this.probedAt !== null) {
      if (this.lastFrameAt > this.probedAt || this.probedAt > now) this.probedAt = null;
      else if (now - this.probedAt > PROBE_MS) {
        this.probedAt = null;
        return this.to.dead();
      }
    }
    const silent = now - this.lastFrameAt;
    if (late) this.probe();
    else if (silent > DEAD_MS) this.to.dead();
    else if (silent > SILENT_MS) this.to.silent();
  }
}
