/**
 * Line with the number of unread posts of a column, those said that filters hide, and the buttons that mark them as read and that hide what
 * is read.
 */
import type { JSX } from "preact";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { unreadCards } from "../../state/read/unreadCards";
import { readingWords } from "../../words";

export function UnreadLine({ desk, column }: { desk: Desk; column: Column }): JSX.Element | null {
  const { run } = column;
  const { isCleared } = run.list;
  const { count, hidden, hasMore } = unreadCards(run);
  if (run.isPast || !(count || isCleared)) return null;
  return (
    <div class="span unread-line">
      {count ? <span class="unread" title={hidden ? readingWords.hidden(hidden) : undefined}>{readingWords.unread(count, hasMore)}</span> : null}
      {count ? <button title={readingWords.markReadTitle} onClick={() => desk.reading.markRead(column)}>{readingWords.markRead}</button> : null}
      {isCleared ? <>{readingWords.cleared} <button onClick={() => desk.reading.showRead(column)}>{readingWords.showRead}</button></>
        : <button title={readingWords.clearTitle} onClick={() => desk.reading.clear(column)}>{readingWords.clear}</button>}
    </div>
  );
}
