/**
 * Unread: the number of unread posts in the head of a column, and the bar under its list with the buttons that mark them as read and
 * that hide what is read. Both stand where they move nothing under a reader.
 */
import type { JSX } from "preact";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { unreadCards } from "../../state/read/unreadCards";
import { columnsWords, readingWords } from "../../words";

export function UnreadNumber({ column }: { column: Column }): JSX.Element | null {
  const { count, hidden, hasMore } = unreadCards(column.run);
  if (column.run.isPast || !(count || hidden)) return null;
  return (
    <span class="unread" data-short={`${columnsWords.unreadShort(count)}${hasMore ? "+" : ""}`} title={[readingWords.unread(count, hasMore), hidden ? readingWords.hidden(hidden) : ""].filter(Boolean).join(" · ")}>
      {readingWords.unread(count, hasMore)}{hidden ? ` (+${readingWords.hiddenShort(hidden)})` : ""}
    </span>
  );
}

export function UnreadBar({ desk, column }: { desk: Desk; column: Column }): JSX.Element | null {
  const { run } = column;
  const { isCleared } = run.list;
  const { count } = unreadCards(run);
  if (run.isPast) return null;
  // The bar keeps its room while it is empty: if the list changed its height with each first unread post, its end would jump.
  if (!(count || isCleared)) return <div class="unread-bar" />;
  return (
    <div class="unread-bar">
      {count ? <button title={readingWords.markReadTitle} onClick={() => desk.reading.markRead(column)}>{readingWords.markRead}</button> : null}
      {isCleared ? <button onClick={() => desk.reading.showRead(column)}>{readingWords.showRead}</button>
        : <button title={readingWords.clearTitle} onClick={() => desk.reading.clear(column)}>{readingWords.clear}</button>}
    </div>
  );
}
