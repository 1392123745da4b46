/**
 * Second chunk of the page: makes the state (`Desk`) on the connection that `main.tsx` opened, renders `App` within an error boundary
 * through the render scheduler, and passes scroll and resize events on. With another language the whole page is drawn anew. On a wall
 * (`?wall`) the wall is drawn in its place.
 */
import { type JSX, render } from "preact";
import { arrivalsPerMinute, hasSomethingToShow } from "./state/columns/deckActivity";
import { Desk } from "./state/desk";
import type { OpenedDeck } from "./state/deck/saved/openDeck";
import { readWall } from "./state/page/wallMode";
import type { Settings } from "./state/page/settings";
import { App } from "./view/deck/App";
import { ErrorBoundary } from "./view/ErrorBoundary";
import { RenderScheduler } from "./view/renderScheduler";
import type { Connection } from "./wire/connection";
import { lazyImport } from "./wire/lazyImport";
import type { SubscriptionHandle } from "./wire/liveSubscription";
import { deckWords } from "./words";
import { shownLocale } from "./words/languages";

export function start(settings: Settings, connection: Connection, early: readonly SubscriptionHandle[], opened: OpenedDeck | null): void {
  const root = document.getElementById("app") as HTMLElement;
  const scheduler = new RenderScheduler(
    (now) => render(<ErrorBoundary name={deckWords.page} of={0}>{page(now)}</ErrorBoundary>, root),
    (now) => arrivalsPerMinute(desk.columns, now),
    () => hasSomethingToShow(desk.column, desk.link),
  );
  const desk = new Desk(settings, connection, (cause) => scheduler.request(cause), early, opened);
  const wall = readWall(location.search);
  let Wall: typeof import("./view/wall/Wall").Wall | null = null;
  const page = (now: number): JSX.Element | null => {
    if (!wall) return <App key={shownLocale()} desk={desk} frame={now} />;
    return Wall && <Wall key={shownLocale()} desk={desk} mode={wall} frame={now} />;
  };
  if (wall) void lazyImport(() => import("./view/wall/Wall")).then((part) => {
    Wall = part?.Wall ?? null;
    scheduler.request();
  });
  desk.start();
  scheduler.request();
  document.addEventListener("scroll", () => scheduler.onScroll(), { capture: true, passive: true });
  addEventListener("resize", () => desk.panel.onResize());
}
