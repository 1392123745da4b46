/** Buttons that do what dragging over the histogram does, and its table. On a phone they open below the title. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Place } from "../state/address";
import type { Timeline } from "../wire/api";
import { ClockSign, LeftSign, MinusSign, PlusSign, RightSign, WholeSign } from "./icons";
import { TableButton } from "./TableButton";

interface Props {
  timeline: Timeline;
  place: Place;
  table: boolean;
  setTable: (table: boolean) => void;
  go: (place: Partial<Place>) => void;
}

export const LEAST_MS = 1_000;

export function TimeTools({ timeline, place, table, setTable, go }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const from = place.from ?? timeline.from;
  const to = place.to ?? timeline.to;
  const span = Math.max(LEAST_MS, to - from);
  const show = (begin: number, end: number): void => go({ from: Math.floor(begin), to: Math.ceil(Math.max(end, begin + LEAST_MS)) });
  const button = (label: string, sign: JSX.Element, act: () => void, off = false): JSX.Element => (
    <button class="tiny" aria-label={label} title={label} disabled={off} onClick={act}>{sign}</button>
  );
  const now = place.from === null;
  return (
    <>
      <button class="plain round time-toggle" aria-label="Choose a time" aria-expanded={open} aria-controls="time-tools" title="Choose a time" onClick={() => setOpen(!open)}><ClockSign /></button>
      <div class={`chart-tools ${open ? "open" : ""}`} id="time-tools" role="group" aria-label="Time shown">
        {button("Earlier", <LeftSign />, () => show(from - span / 2, to - span / 2))}
        {button("Later", <RightSign />, () => show(from + span / 2, to + span / 2), now)}
        {button("Zoom in to the newer half", <PlusSign />, () => show(now ? from + span / 2 : from + span / 4, now ? to : to - span / 4))}
        {button("Zoom out", <MinusSign />, () => show(from - span / 2, to + span / 2), now)}
        {button("All of it", <WholeSign />, () => go({ from: null, to: null }), now)}
        <TableButton table={table} other="chart" toggle={() => setTable(!table)} />
      </div>
    </>
  );
}
