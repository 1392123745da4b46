/** Announces for screen readers how many posts have arrived in all columns since the last announcement, as often as the announcer speaks. */
import { deckWords } from "../../words";
import type { Desk } from "../desk";

/** Hand the arrivals to the announcer. Once they are spoken, they count as announced. */
export function announceArrivals({ columns, column, deck, announcer, settings }: Desk, now: number): void {
  const runs = columns.map(({ run }) => run).filter((run) => run.isLoaded && run.arrivals.total > run.announced);
  const arrived = runs.reduce((sum, run) => sum + run.arrivals.total - run.announced, 0);
  if (arrived > 0) announcer.announce(deckWords.newPostsAnnouncement(arrived, deck.isAlone ? column.run.counts.timeline?.total ?? null : null));
  if (announcer.tick(now, settings.announce)) for (const run of runs) run.announced = run.arrivals.total;
}
