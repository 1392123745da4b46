/** Announces for screen readers how many posts have arrived in which columns since the last announcement, as often as the announcer speaks. */
import type { Desk } from "../desk";
import { newPostsMessage } from "./newPostsMessage";

/** Hand the arrivals to the announcer. Once they are spoken, they count as announced. */
export function announceArrivals({ columns, deck, announcer, settings }: Desk, now: number): void {
  const runs = columns.map(({ run }) => run).filter((run) => run.isLoaded && run.arrivals.total > run.announced);
  if (runs.length) announcer.announce(newPostsMessage(columns, deck.isAlone));
  if (announcer.tick(now, settings.announce)) for (const run of runs) run.announced = run.arrivals.total;
}
