/** One at a time: runs an asynchronous job once at a time; a request that comes meanwhile runs it again, some milliseconds after its end. */

/** Milliseconds after which a job runs again that was requested while it ran. */
const AGAIN_MS = 200;

export class OneAtATime {
  private running = false;
  private again = false;

  /** `job` returns whether it has to run again. */
  constructor(private readonly job: () => Promise<boolean>) {}

  async request(): Promise<void> {
    this.again = true;
    if (this.running) return;
    [this.running, this.again] = [true, false];
    try {
      if (await this.job()) this.again = true;
    } finally {
      this.running = false;
      if (this.again) setTimeout(() => void this.request(), AGAIN_MS);
    }
  }
}
