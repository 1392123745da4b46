/**
 * Column of one search: title, number of matches, Live button, time and menu buttons, the line of the active filters, histogram, orders,
 * and the list or the reason why it is empty. It has the buttons that go back to live, show hidden posts and show the new posts of a paused
 * list. An error in the histogram or the list leaves the rest in place.
 */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { emptyListStatus, type Status } from "../../state/page/status";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { formatSpan } from "../../text/formatTime";
import { formatNumber } from "../../text/formatNumber";
import { ErrorBoundary } from "../ErrorBoundary";
import { EmptyState } from "./EmptyState";
import { Histogram } from "../charts/Histogram";
import { MoreSign } from "../icons";
import { Feed } from "./Feed";
import { showNewest, pressLive } from "../actions/columnFocus";
import { OrderBar } from "./OrderBar";
import { Memo } from "../Memo";
import { SpikeMark } from "./SpikeMark";
import { TimeRangeButtons } from "./TimeRangeButtons";
import { titleIdOf } from "./columnElements";
import { columnsWords, columnWords } from "../../words";
import { statusInputsOf } from "../../state/page/statusInputs";

/** Milliseconds after which all cards are drawn again, because they show the age of their post. */
const CLOCK_MS = 10_000;

function LiveButton({ desk, column, status }: { desk: Desk; column: Column; status: Status }): JSX.Element {
  const { state } = column.run;
  const words = columnWords.liveState(state, column.run.newCount);
  // The button is green only while posts can arrive: it also shows a source that ended or is down, as the status bar does.
  const quiet = column.run.state === "live" && status.kind !== "live";
  // A press takes the focus out of the list, which may resume the list before the click. The state at the press is what counts.
  const pressed = useRef<{ state: typeof column.run.state } | null>(null);
  const aside = quiet ? status.word : null;
  return (
    <button class={`live ${column.run.state} ${quiet ? `tone-${status.tone}` : ""}`} title={columnWords.liveTitle(state, aside)}
      aria-label={columnWords.liveLabel(words, state, aside)}
      onPointerDown={() => { pressed.current = { state: column.run.state }; }}
      onClick={() => {
        pressLive(desk, column, pressed.current?.state);
        pressed.current = null;
      }}>
      <i class="dot" aria-hidden="true" /> {words}
    </button>
  );
}

/** Open the menu of a column. The menu is that of the selected column. */
function openMenu(desk: Desk, column: Column): void {
  desk.deck.select(column);
  desk.openDialog("column");
}

/** Line with the number of posts that the filters hide, and a button that shows them. */
function FilterLine({ desk, column }: { desk: Desk; column: Column }): JSX.Element | null {
  const { list } = column.run;
  const { count } = list.filters;
  const hidden = list.hiddenCount();
  if (!count) return null;
  return (
    <div class="span filters">
      {columnWords.filterSummary(count, hidden, list.unfiltered)}
      {hidden || list.unfiltered ? <> <button aria-label={list.unfiltered ? columnWords.filterHideLabel : columnWords.filterShowLabel(hidden)}
        onClick={() => desk.list.showHidden(!list.unfiltered, column)}>{list.unfiltered ? columnWords.filterHide : columnWords.filterShow}</button></> : null}
    </div>
  );
}

interface Props {
  desk: Desk;
  column: Column;
  selected: boolean;
  frame: number;
  status: Status;
}

export function ColumnView({ desk, column, selected, frame, status }: Props): JSX.Element {
  const [scrolled, setScrolled] = useState(false);
  const [table, setTable] = useState(false);
  const { spec } = column;
  const { timeline } = column.run.counts;
  const { theme } = desk.settings;
  const countsFault = column.run.problem ? null : column.run.counts.problem;
  const clock = Math.floor(Date.now() / CLOCK_MS);
  const empty = emptyListStatus(statusInputsOf(desk, column));
  const cards = column.run.cards(frame);
  const titleId = titleIdOf(desk, column);
  return (
    <section class={`column of-${spec.width} ${selected ? "selected" : ""} ${scrolled ? "scrolled" : ""}`} data-column={column.id} aria-labelledby={titleId} data-home={`[data-column="${column.id}"] .feed`}
      inert={desk.panel.drawer} onPointerDown={() => desk.deck.select(column)} onFocusIn={() => desk.deck.select(column)}>
      <div class="head">
        <h2 id={titleId}><bdi>{columnsWords.nameOf(spec)}</bdi></h2>
        <span class="count" title={columnWords.countTitle}>{timeline ? formatNumber(timeline.total) : ""}</span>
        <SpikeMark column={column} />
        <LiveButton desk={desk} column={column} status={status} />
        {timeline ? <TimeRangeButtons id={`time-tools-${column.id}`} timeline={timeline} place={spec} table={table} setTable={setTable} go={(to) => desk.navigate(to, column)} /> : null}
        <button class="plain round menu-button" aria-label={columnWords.menu} aria-haspopup="dialog" title={columnWords.menuTitle} onClick={() => openMenu(desk, column)}>
          <MoreSign />
        </button>
      </div>
      <div class="lines">
        {spec.from !== null && spec.to !== null ? (
          <div class="span">{columnWords.showing(formatSpan(spec.from, spec.to, Date.now()))} <button onClick={() => desk.navigate({ from: null, to: null }, column)}>{columnWords.backToLive}</button></div>
        ) : null}
        <FilterLine desk={desk} column={column} />
      </div>
      <ErrorBoundary name={columnWords.histogram} of={column.runCount}><Memo of={[timeline, spec, theme, table, countsFault]}>{() => <Histogram timeline={timeline} fault={countsFault} at={column.run.counts.updatedAt} theme={theme} table={table} go={(to) => desk.navigate(to, column)} />}</Memo></ErrorBoundary>
      <OrderBar desk={desk} column={column} />
      <div class="feed-place">
        {column.run.state === "paused" && column.run.newCount ? (
          <button class="pill" onClick={() => showNewest(desk, column)}>{columnWords.newPosts(column.run.newCount)}{desk.settings.keys ? <span class="by-key">{columnWords.press} <kbd>.</kbd> {columnWords.toShow}</span> : null}</button>
        ) : null}
        <ErrorBoundary name={columnWords.list} of={column.runCount}>{empty ? <EmptyState desk={desk} column={column} status={empty} /> : (
          <Feed key={`${column.id} ${column.runCount}`} desk={desk} column={column} cards={cards} clock={clock} revision={column.run.revision} onScrolled={setScrolled} />
        )}</ErrorBoundary>
      </div>
    </section>
  );
}
