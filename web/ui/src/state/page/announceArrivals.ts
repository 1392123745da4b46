/** Arrivals for screen readers: says how many posts have arrived in all columns since the last announcement. */
import { deckWords } from "../../words";
import type { Desk } from "../desk";

/** Announce what has arrived, if it is time for an announcement. `now`: ms. */
export function announceArrivals(desk: Desk, now: number): void {
  const runs = desk.columns.map(({ run }) => run).filter((run) => run.isLoaded && run.arrivals.total > run.announced);
  const arrived = runs.reduce((sum, run) => sum + run.arrivals.total - run.announced, 0);
  if (arrived > 0) desk.announcer.announce(deckWords.newPostsAnnouncement(arrived, desk.deck.isAlone ? desk.column.run.counts.timeline?.total ?? null : null));
  if (desk.announcer.tick(now, desk.settings.announce)) for (const run of runs) run.announced = run.arrivals.total;
}
