/** All stored matches over time, above the list. Dragging chooses a time, and so do the buttons. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Place } from "../state/address";
import type { Settings } from "../state/settings";
import { between } from "../text/clock";
import type { Timeline } from "../wire/api";
import { LeftSign, MinusSign, PlusSign, RightSign, TableSign, WholeSign } from "./icons";
import { TimeView } from "./TimeView";

interface Props {
  timeline: Timeline | null;
  place: Place;
  theme: Settings["theme"];
  go: (place: Partial<Place>) => void;
}

const LEAST_MS = 1_000;

export function Histogram({ timeline, place, theme, go }: Props): JSX.Element {
  const [table, setTable] = useState(false);
  if (!timeline) return <div class="histogram waiting" />;
  const from = place.from ?? timeline.from;
  const to = place.to ?? timeline.to;
  const span = Math.max(LEAST_MS, to - from);
  const show = (begin: number, end: number): void => go({ from: Math.floor(begin), to: Math.ceil(Math.max(end, begin + LEAST_MS)) });
  const button = (label: string, sign: JSX.Element, act: () => void, off = false): JSX.Element => (
    <button class="tiny" aria-label={label} title={label} disabled={off} onClick={act}>{sign}</button>
  );
  const gap = timeline.gaps.length === 1 ? timeline.gaps[0] : undefined;
  return (
    <div class="histogram">
      <TimeView timeline={timeline} kind="bars" axes theme={theme} table={table} label="Matches over time" choose={show} />
      <div class="chart-tools" role="group" aria-label="Time shown">
        {gap ? <span class="not-collected">not collected {between(gap.from, gap.to ?? Date.now(), Date.now())}</span> : null}
        {button("Earlier", <LeftSign />, () => show(from - span / 2, to - span / 2))}
        {button("Later", <RightSign />, () => show(from + span / 2, to + span / 2), place.from === null)}
        {button("Zoom in to the newer half", <PlusSign />, () => show(place.from === null ? from + span / 2 : from + span / 4, place.from === null ? to : to - span / 4))}
        {button("Zoom out", <MinusSign />, () => show(from - span / 2, to + span / 2), place.from === null)}
        {button("All of it", <WholeSign />, () => go({ from: null, to: null }), place.from === null)}
        {button(table ? "Show as chart" : "Show as table", <TableSign />, () => setTable(!table))}
      </div>
    </div>
  );
}
