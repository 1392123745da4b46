/** How the page stands with the server: what the connection says, and whether the API asks for an access token. */
import type { ConnectionState } from "../../wire/connection";

const TRYING: readonly ConnectionState[] = ["connecting", "waiting"];

export class LinkState {
  /** Since when it is so, ms. */
  since = Date.now();
  everOpen = false;
  closeCode = 0;
  private connection: ConnectionState = "connecting";
  private refused = false;

  /** The one truth for views: a server that asks for a token is told before what the connection says. */
  get state(): ConnectionState {
    return this.refused ? "signed-out" : this.connection;
  }

  /** Take what the connection says; return whether it opened by this. */
  setConnection(link: ConnectionState, code: number): boolean {
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
  setApiRefused(refused: boolean): boolean {
    const news = this.refused !== refused;
    this.change(() => {
      this.refused = refused;
    });
    return news;
  }

  private change(make: () => void): void {
    const was = this.state;
    make();
    const now = this.state;
    if (now !== was && !(TRYING.includes(was) && TRYING.includes(now))) this.since = Date.now();
  }
}
