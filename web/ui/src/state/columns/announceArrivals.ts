/** Announces for screen readers how many posts have arrived in which columns since the last announcement, as often as the announcer speaks. */
import type { Announcer } from "../page/announcer";
import type { Column } from "../column";
import { newPostsMessage } from "./newPostsMessage";

/** Queue what has arrived, and publish it if that is due at `now` (ms). A disabled announcer drops it. */
export function announceArrivals(announcer: Announcer, columns: readonly Column[], now: number, enabled: boolean): void {
  const runs = columns.map(({ run }) => run).filter((run) => run.isLoaded && run.arrivals.total > run.announced);
  if (runs.length) announcer.announce(newPostsMessage(columns, columns.length === 1));
  if (announcer.tick(now, enabled)) for (const run of runs) run.announced = run.arrivals.total;
}
