/** Starts the page on a connection that is being made: one state, drawn when it is time (`view/pace.ts`). */
import { render } from "preact";
import { Desk } from "./state/desk";
import type { Settings } from "./state/settings";
import { App } from "./view/App";
import { Boundary } from "./view/Boundary";
import { Pace } from "./view/pace";
import type { Connection } from "./wire/socket";
import type { Watching } from "./wire/watch";

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
