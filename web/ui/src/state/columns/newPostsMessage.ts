/** Message of new posts for screen readers: how many came in which column since the last message. */
import { columnsWords, deckWords } from "../../words";
import type { Column } from "../column";

/** Columns that a message names; the others are counted. */
const NAMED_MAX = 3;

/** Return the message. Of a column alone it tells the matches in all as well; of several, those with most new posts by name. */
export function newPostsMessage(columns: readonly Column[], isAlone: boolean): string {
  const news = columns.map((column) => ({ column, count: column.run.isLoaded ? column.run.arrivals.total - column.run.announced : 0 }))
    .filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const [first] = news;
  if (isAlone && first) return deckWords.newPostsAnnouncement(first.count, first.column.run.counts.timeline?.total ?? null);
  const named = news.slice(0, NAMED_MAX).map(({ column, count }) => deckWords.newPostsInColumn(count, columnsWords.nameOf(column.spec)));
  return deckWords.newPostsInColumns(named, news.length - named.length);
}
