/** Activity of the deck: how fast posts arrive in all columns, and whether there is something to show at the first draw. */
import type { Column } from "../column";
import type { LinkState } from "../page/linkState";

/** Return the posts that arrive a minute in all columns. */
export function arrivalsPerMinute(columns: readonly Column[], now: number): number {
  return columns.reduce((sum, { run }) => sum + run.arrivals.perMinute(now), 0);
}

/** Return whether a column has posts to show, or a reason why there are none. The first render waits for it. */
export function hasSomethingToShow({ run }: Column, link: LinkState): boolean {
  return run.posts.size > 0 || run.isLoaded || run.isPast || !["connecting", "open"].includes(link.state);
}
