/**
 * Link state: combines the state of the connection with whether the API asks for an access token (then the state is signed out), and keeps
 * the start of the state, the close code, and whether the connection has ever been open. Its setters return whether the connection opened,
 * or the refusal changed.
 */
import type { ConnectionState } from "../../wire/connection";

/** States in which the connection is not open yet. A change between them does not change `since`. */
const CONNECTING_STATES: readonly ConnectionState[] = ["connecting", "waiting"];

export class LinkState {
  /** Start of the state, ms. */
  since = Date.now();
  /** Whether the connection has been open before. */
  everOpen = false;
  /** Close code of the socket, 0 for none. */
  closeCode = 0;
  private connection: ConnectionState = "connecting";
  private refused = false;

  /** State that views show. An API that asks for a token takes precedence over the connection. */
  get state(): ConnectionState {
    return this.refused ? "signed-out" : this.connection;
  }

  /** Set the state of the connection. Return whether it opened. */
  setConnection(state: ConnectionState, code: number): boolean {
    const opened = state === "open" && this.connection !== "open" && this.connection !== "silent";
    this.change(() => {
      this.connection = state;
      this.closeCode = code;
      if (state === "signed-out") this.refused = true;
      if (opened) this.refused = false;
    });
    return opened;
  }

  /** Set whether the API asks for a token. Return whether that changed. */
  setApiRefused(refused: boolean): boolean {
    const changed = this.refused !== refused;
    this.change(() => {
      this.refused = refused;
    });
    return changed;
  }

  /** Make a change, and restart `since` if the state changes by it. */
  private change(make: () => void): void {
    const before = this.state;
    make();
    const after = this.state;
    if (after !== before && !(CONNECTING_STATES.includes(before) && CONNECTING_STATES.includes(after))) this.since = Date.now();
  }
}
