/**
 * Column of one search: head, histogram, orders, and the list or the reason why it is empty, with the button that shows the new posts of a
 * paused list. An error in the histogram or the list leaves the rest in place.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Status } from "../../state/page/status";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { ErrorBoundary } from "../ErrorBoundary";
import { ColumnHead } from "./ColumnHead";
import { EmptyState } from "./EmptyState";
import { Histogram } from "../charts/Histogram";
import { Feed } from "./Feed";
import { showNewest } from "../actions/columnFocus";
import { OrderBar } from "./OrderBar";
import { Memo } from "../Memo";
import { UnreadBar } from "./UnreadBar";
import { titleIdOf } from "./columnElements";
import { columnWords, readingWords } from "../../words";

export interface ColumnViewProps {
  desk: Desk;
  column: Column;
  selected: boolean;
  /** Time of the draw, ms of a monotonic clock. */
  frame: number;
  /** Changes every ten seconds: all cards are drawn again then, because they show the age of their post. */
  clock: number;
  status: Status;
  /** Why the list is empty; null if it has posts. */
  empty: Status | null;
}

export function ColumnView({ desk, column, selected, frame, clock, status, empty }: ColumnViewProps): JSX.Element {
  const [scrolled, setScrolled] = useState(false);
  const [table, setTable] = useState(false);
  const { spec } = column;
  const { isAlone } = desk.deck;
  const { timeline } = column.run.counts;
  const { theme, times } = desk.settings;
  const countsFault = column.run.problem ? null : column.run.counts.problem;
  const cards = column.run.cards(frame);
  return (
    <section class={`column of-${spec.width} ${selected ? "selected" : ""} ${scrolled ? "scrolled" : ""}`} data-column={column.id} aria-labelledby={titleIdOf(desk, column)}
      data-home={`[data-column="${column.id}"] .feed`} onPointerDown={() => desk.deck.select(column)} onFocusIn={() => desk.deck.select(column)}>
      <ColumnHead desk={desk} column={column} status={status} table={table} setTable={setTable} />
      <ErrorBoundary name={columnWords.histogram} of={column.runCount}>
        <Memo of={[timeline, spec, theme, times, table, countsFault, isAlone]}>
          {() => <Histogram timeline={timeline} fault={countsFault} at={column.run.counts.updatedAt} theme={theme} table={table} axes={isAlone} go={(to) => desk.navigate(to, column)} />}
        </Memo>
      </ErrorBoundary>
      <OrderBar desk={desk} column={column} />
      <div class="feed-place">
        {column.run.state === "paused" && column.run.newCount ? (
          <button class="pill" onClick={() => showNewest(desk, column)}>{columnWords.newPosts(column.run.newCount)}{desk.settings.keys ? <span class="by-key">{columnWords.press} <kbd>.</kbd> {columnWords.toShow}</span> : null}</button>
        ) : null}
        <UnreadBar desk={desk} column={column} />
        {desk.reading.canGoBack(column) ? <button class="pill back" onClick={() => desk.reading.goBack(column)}>{readingWords.back}</button> : null}
        <ErrorBoundary name={columnWords.list} of={column.runCount}>{empty ? <EmptyState desk={desk} column={column} status={empty} /> : (
          <Feed key={`${column.id} ${column.runCount}`} desk={desk} column={column} cards={cards} clock={clock} revision={column.run.revision} onScrolled={setScrolled} />
        )}</ErrorBoundary>
      </div>
    </section>
  );
}
