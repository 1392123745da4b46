/** Starts the page on a connection that is being made: one state, drawn when it is time (`view/pace.ts`). */
import { render } from "preact";
import { Page } from "./state/page";
import type { Settings } from "./state/settings";
import { App } from "./view/App";
import { Pace } from "./view/pace";
import type { Connection } from "./wire/socket";

export function start(settings: Settings, connection: Connection): void {
  const root = document.getElementById("app") as HTMLElement;
  const pace = new Pace(
    (now) => render(<App page={page} frame={now} />, root),
    (now) => page.column.arrivals.perMinute(now),
    () => page.worthALook(),
  );
  const page = new Page(settings, connection, (cause) => pace.touch(cause));
  page.start();
  pace.touch();
  document.addEventListener("scroll", () => pace.moved(), { capture: true, passive: true });
  addEventListener("resize", () => page.panel.resized());
}
