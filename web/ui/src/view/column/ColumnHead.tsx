/**
 * Head of a column: grip, title with its editor, number of matches, Live button, time and menu buttons; under it the search where the title
 * is another, the chosen time, and the line of the active filters. One column alone has no grip.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Status } from "../../state/page/status";
import type { Column } from "../../state/column";
import { TITLE_MAX_LENGTH } from "../../state/columnSpec";
import type { Desk } from "../../state/desk";
import { formatSpan } from "../../text/formatTime";
import { formatNumber } from "../../text/formatNumber";
import { CollapseSign, EditSign, GripSign, MoreSign } from "../icons";
import { beginDrag, moveByKey } from "../deck/dragColumn";
import { pressLive } from "../actions/columnFocus";
import { SpikeMark } from "./SpikeMark";
import { wholeSpan } from "../charts/TimeChartFigure";
import { columnElementOf, titleIdOf } from "./columnElements";
import { TimeFields } from "./TimeFields";
import { TimeRangeButtons } from "./TimeRangeButtons";
import { UnreadNumber } from "./UnreadBar";
import { columnWords, columnsWords } from "../../words";

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

/** Field in place of the title. Enter and leaving the field keep what was typed, Escape does not. */
function TitleEditor({ desk, column, close }: { desk: Desk; column: Column; close: () => void }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const isCancelled = useRef(false);
  useEffect(() => field.current?.select(), []);
  return (
    <input class="title-field" type="text" ref={field} autofocus aria-label={columnsWords.titleField} placeholder={column.spec.query} maxLength={TITLE_MAX_LENGTH} defaultValue={column.spec.title}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        isCancelled.current = event.key === "Escape";
        event.preventDefault();
        event.stopPropagation();
        event.currentTarget.blur();
      }}
      onBlur={(event) => {
        if (!isCancelled.current) desk.deck.setTitle(column, event.currentTarget.value);
        close();
      }} />
  );
}

interface HeadProps {
  desk: Desk;
  column: Column;
  status: Status;
  table: boolean;
  setTable: (table: boolean) => void;
}

export function ColumnHead({ desk, column, status, table, setTable }: HeadProps): JSX.Element {
  const [editing, setEditing] = useState(false);
  const [typing, setTyping] = useState(false);
  const { spec } = column;
  const { timeline } = column.run.counts;
  const { isAlone, columns, list } = desk.deck;
  const name = columnsWords.nameOf(spec);
  const titleId = titleIdOf(desk, column);
  return (
    <>
      <div class="head" data-home={`#${titleId}`}>
        {isAlone ? null : (
          <button class="plain grip" aria-label={columnsWords.grip(name)} title={columnsWords.gripTitle}
            onPointerDown={(event) => beginDrag(event, desk, column)} onKeyDown={(event) => moveByKey(event, desk, column)}><GripSign /></button>
        )}
        {editing ? <TitleEditor desk={desk} column={column} close={() => setEditing(false)} /> : null}
        <h2 id={titleId} class={editing ? "hidden" : ""} tabIndex={-1} onDblClick={() => setEditing(true)}><bdi>{name}</bdi></h2>
        {isAlone && !spec.title ? null : <button class="tiny edit" aria-label={columnsWords.editTitle} title={columnsWords.editTitle} onClick={() => setEditing(true)}><EditSign /></button>}
        {isAlone ? null : <span class="place" aria-hidden="true">{columnsWords.place(list.indexOf(column) + 1, columns.length)}</span>}
        <span class="count" title={columnWords.countTitle}>{timeline ? formatNumber(timeline.total) : ""}</span>
        <UnreadNumber column={column} />
        {desk.alerts.isMarked(column) ? <span class="alerted" role="img" aria-label={columnsWords.alerted} title={columnsWords.alerted} /> : null}
        <SpikeMark column={column} />
        <LiveButton desk={desk} column={column} status={status} />
        {timeline ? <TimeRangeButtons id={`time-tools-${column.id}`} timeline={timeline} place={spec} table={table} setTable={setTable} typing={typing} setTyping={setTyping} go={(to) => desk.navigate(to, column)} /> : null}
        {isAlone ? null : <button class="tiny collapse" aria-label={columnsWords.collapse} title={columnsWords.collapse} onClick={() => desk.deck.setCollapsed(column, true)}><CollapseSign /></button>}
        <button class="plain round menu-button" aria-label={columnWords.menu} aria-haspopup="dialog" title={columnWords.menuTitle} onClick={() => openMenu(desk, column)}>
          <MoreSign />
        </button>
      </div>
      <div class="lines">
        {spec.title ? <div class="span query"><bdi>{spec.query === "*" ? columnWords.allPosts : spec.query}</bdi></div> : null}
        {spec.from !== null && spec.to !== null ? (
          <div class="span">{columnWords.showing(formatSpan(spec.from, spec.to, Date.now()))} <button onClick={() => desk.navigate({ from: null, to: null }, column)}>{columnWords.backToLive}</button></div>
        ) : null}
        {typing && timeline ? <TimeFields id={`time-fields-${column.id}`} place={spec} first={wholeSpan(timeline)[0]} go={(to) => desk.navigate(to, column)} close={() => {
          setTyping(false);
          columnElementOf(column)?.querySelector<HTMLElement>(".chart-tools button[aria-expanded]")?.focus();
        }} /> : null}
        <FilterLine desk={desk} column={column} />
      </div>
    </>
  );
}
