/** Starts the page on a connection that is being made: one state, drawn when it is time (`view/renderScheduler.ts`). */
import { render } from "preact";
import { Desk } from "./state/desk";
import type { Settings } from "./state/page/settings";
import { App } from "./view/deck/App";
import { Boundary } from "./view/ErrorBoundary";
import { Pace } from "./view/renderScheduler";
import type { Connection } from "./wire/connection";
import type { Watching } from "./wire/liveSubscription";

export function start(settings: Settings, connection: Connection, early: Watching | null): void {
  const root = document.getElementById("app") as HTMLElement;
  const pace = new Pace(
    (now) => render(<Boundary name="The page" of={0}><App desk={desk} frame={now} /></Boundary>, root),
    (now) => desk.column.run.arrivals.perMinute(now),
    () => desk.worthALook(),
  );
  const desk = new Desk(settings, connection, (cause) => pace.touch(cause), early);
  desk.start();
  pace.touch();
  document.addEventListener("scroll", () => pace.moved(), { capture: true, passive: true });
  addEventListener("resize", () => desk.panel.resized());
}
