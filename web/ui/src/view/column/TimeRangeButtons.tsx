/**
 * Buttons that choose the time range of the column (earlier, later, zoom in and out, all time), for readers who do not drag over the
 * histogram; and the button for its table. A button that has no effect is disabled. On a phone another button opens them below the title.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Route } from "../../state/page/route";
import { SPAN_MIN_MS, shiftSpan, latestHalf, scaleSpan, type TimeSpan } from "../../stats/moveTimeSpan";
import type { Timeline } from "../../wire/api";
import { CalendarSign, ClockSign, LeftSign, MinusSign, PlusSign, RightSign, WholeSign } from "../icons";
import { TableButton } from "../charts/TableButton";
import { columnWords, panelWords } from "../../words";

interface Props {
  /** Id of the group of buttons in the document. */
  id: string;
  timeline: Timeline;
  place: Route;
  table: boolean;
  setTable: (table: boolean) => void;
  /** Whether the fields for a typed time are open. */
  typing: boolean;
  setTyping: (typing: boolean) => void;
  go: (place: Partial<Route>) => void;
}

export function TimeRangeButtons({ id, timeline, place, table, setTable, typing, setTyping, go }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const now = place.from === null;
  const from = place.from ?? timeline.from;
  const to = place.to ?? timeline.to;
  // Without a match and without a chosen time there is no range to move or zoom.
  const none = now && !timeline.total;
  const show = (change: (span: TimeSpan) => TimeSpan): void => go(change({ from, to }));
  const button = (label: string, sign: JSX.Element, act: () => void, off = false): JSX.Element => (
    <button class="tiny" aria-label={label} title={label} disabled={off} onClick={act}>{sign}</button>
  );
  return (
    <>
      <button class="plain round time-toggle" aria-label={columnWords.timeToolChoose} aria-expanded={open} aria-controls={id} title={columnWords.timeToolChoose} onClick={() => setOpen(!open)}><ClockSign /></button>
      <div class={`chart-tools ${open ? "open" : ""}`} id={id} role="group" aria-label={columnWords.timeToolGroup}>
        {button(columnWords.timeToolEarlier, <LeftSign />, () => show((span) => shiftSpan(span, -0.5)), none || from <= 0)}
        {button(columnWords.timeToolLater, <RightSign />, () => show((span) => shiftSpan(span, 0.5)), now)}
        {now ? button(columnWords.timeToolZoomInLatest, <PlusSign />, () => show(latestHalf), none)
          : button(columnWords.timeToolZoomIn, <PlusSign />, () => show((span) => scaleSpan(span, 0.5)), to - from <= SPAN_MIN_MS)}
        {button(columnWords.timeToolZoomOut, <MinusSign />, () => show((span) => scaleSpan(span, 2)), now || (from <= 0 && to > Date.now()))}
        {button(columnWords.timeToolAllTime, <WholeSign />, () => go({ from: null, to: null }), now)}
        <button class="tiny" aria-label={columnWords.timeToolType} title={columnWords.timeToolType} aria-expanded={typing} onClick={() => setTyping(!typing)}><CalendarSign /></button>
        <TableButton table={table} other={panelWords.chartChart} toggle={() => setTable(!table)} />
      </div>
    </>
  );
}
