/**
 * Window events that change the state of the page: a step back or forward in the history, a part of the script that cannot be loaded, and
 * settings that another tab stored.
 */
import { onOtherTabChange } from "./settings";

export interface WindowListener {
  /** The browser went to another step of its history. */
  stepped(): void;
  /** A part of the script could not be loaded, as after a deploy that renamed its file. */
  partFailed(): void;
  settingsStored(): void;
}

export function listenToWindow(listener: WindowListener): void {
  addEventListener("popstate", () => listener.stepped());
  addEventListener("vite:preloadError", (event) => {
    event.preventDefault();
    listener.partFailed();
  });
  onOtherTabChange(() => listener.settingsStored());
}
