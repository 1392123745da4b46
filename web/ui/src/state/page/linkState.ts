/** How the page stands with the server: what the connection says, and whether the API asks for an access token. */
import type { Link } from "../../wire/connection";

const TRYING: readonly Link[] = ["connecting", "waiting"];

export class Line {
  /** Since when it is so, ms. */
  since = Date.now();
  everOpen = false;
  closeCode = 0;
  private connection: Link = "connecting";
  private refused = false;

  /** The one truth for views: a server that asks for a token is told before what the connection says. */
  get link(): Link {
    return this.refused ? "signed-out" : this.connection;
  }

  /** Take what the connection says; return whether it opened by this. */
  take(link: Link, code: number): boolean {
    const opened = link === "open" && this.connection !== "open" && this.connection !== "silent";
    this.change(() => {
      this.connection = link;
      this.closeCode = code;
      if (link === "signed-out") this.refused = true;
      if (opened) this.refused = false;
    });
    return opened;
  }

  /** The API refused without a token (`refused`), or answered again; return whether that is news. */
  api(refused: boolean): boolean {
    const news = this.refused !== refused;
    this.change(() => {
      this.refused = refused;
    });
    return news;
  }

  private change(make: () => void): void {
    const was = this.link;
    make();
    const now = this.link;
    if (now !== was && !(TRYING.includes(was) && TRYING.includes(now))) this.since = Date.now();
  }
}
