/**
 * Second chunk of the page: makes the state (`Desk`) on the connection that `main.tsx` opened, renders `App` within an error boundary
 * through the render scheduler, and passes scroll and resize events on. With another language the whole page is drawn anew.
 */
import { render } from "preact";
import { arrivalsPerMinute, hasSomethingToShow } from "./state/columns/deckActivity";
import { Desk } from "./state/desk";
import type { OpenedDeck } from "./state/deck/openDeck";
import type { Settings } from "./state/page/settings";
import { App } from "./view/deck/App";
import { ErrorBoundary } from "./view/ErrorBoundary";
import { RenderScheduler } from "./view/renderScheduler";
import type { Connection } from "./wire/connection";
import type { SubscriptionHandle } from "./wire/liveSubscription";
import { deckWords } from "./words";
import { shownLocale } from "./words/languages";

export function start(settings: Settings, connection: Connection, early: readonly SubscriptionHandle[], opened: OpenedDeck | null): void {
  const root = document.getElementById("app") as HTMLElement;
  const scheduler = new RenderScheduler(
    (now) => render(<ErrorBoundary name={deckWords.page} of={0}><App key={shownLocale()} desk={desk} frame={now} /></ErrorBoundary>, root),
    (now) => arrivalsPerMinute(desk.columns, now),
    () => hasSomethingToShow(desk.column, desk.link),
  );
  const desk = new Desk(settings, connection, (cause) => scheduler.request(cause), early, opened);
  desk.start();
  scheduler.request();
  document.addEventListener("scroll", () => scheduler.onScroll(), { capture: true, passive: true });
  addEventListener("resize", () => desk.panel.onResize());
}
