/**
 * Deck: draws the columns side by side, scrolled sideways if they do not fit. A press or a focus in a column selects it. A newly selected
 * column is scrolled into view; a new one gets the focus in the search box.
 */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { statusOf } from "../../state/page/status";
import { statusInputsOf } from "../../state/page/statusInputs";
import type { Desk } from "../../state/desk";
import { columnsWords, menuWords } from "../../words";
import { ColumnView } from "../column/ColumnView";
import { columnElementOf } from "../column/columnElements";
import { PinnedPosts } from "../pins/PinnedPosts";
import { ErrorBoundary } from "../ErrorBoundary";

/** Hook that scrolls the selected column into view when another one is selected or added. */
function useSelectedInView(desk: Desk): void {
  const { column } = desk;
  const before = useRef(column);
  useLayoutEffect(() => {
    if (before.current === column) return;
    before.current = column;
    columnElementOf(column)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [column]);
}

export function DeckView({ desk, frame }: { desk: Desk; frame: number }): JSX.Element {
  const { columns, column: selected } = desk;
  useSelectedInView(desk);
  return (
    <div class={`columns ${desk.deck.isAlone && !desk.settings.pinsShown ? "alone" : "several"}`}>
      {desk.settings.pinsShown ? <ErrorBoundary name={menuWords.pinned} of={0}><PinnedPosts desk={desk} /></ErrorBoundary> : null}
      {columns.map((column) => (
        <ErrorBoundary key={column.id} name={columnsWords.nameOf(column.spec)} of={column.runCount}>
          <ColumnView desk={desk} column={column} selected={column === selected} frame={frame} status={statusOf(statusInputsOf(desk, column))} />
        </ErrorBoundary>
      ))}
    </div>
  );
}
