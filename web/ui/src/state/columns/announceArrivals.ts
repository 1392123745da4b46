/**
 * Announcement of new posts for screen readers: tells how many posts arrived in all columns since the last announcement, and how many match
 * in all if the deck has one column.
 */
import type { Announcer } from "../page/announcer";
import type { Column } from "../column";
import { deckWords } from "../../words";

/** Queue what has arrived, and publish it if that is due at `now` (ms). A disabled announcer drops it. */
export function announceArrivals(announcer: Announcer, columns: readonly Column[], now: number, enabled: boolean): void {
  const runs = columns.map(({ run }) => run).filter((run) => run.isLoaded && run.arrivals.total > run.announced);
  const arrived = runs.reduce((sum, run) => sum + run.arrivals.total - run.announced, 0);
  const total = columns.length === 1 ? columns[0]?.run.counts.timeline?.total ?? null : null;
  if (arrived > 0) announcer.announce(deckWords.newPostsAnnouncement(arrived, total));
  if (announcer.tick(now, enabled)) for (const run of runs) run.announced = run.arrivals.total;
}
