/**
 * Histogram above the list: all stored matches over time as bars, or as a table. Dragging chooses a time range, as `TimeRangeButtons` do.
 * Where the counts are missing or old, a message gives the reason, and the time of the counts that are shown.
 */
import type { JSX } from "preact";
import type { Route } from "../../state/page/route";
import type { Settings } from "../../state/page/settings";
import { toTimeSpan } from "../../stats/moveTimeSpan";
import type { Timeline } from "../../wire/api";
import { TimeChartFigure } from "./TimeChartFigure";
import { panelWords } from "../../words";

interface Props {
  timeline: Timeline | null;
  /** Why the counts are missing or old; null where they are current. */
  fault: string | null;
  /** Time of the counts that are shown, ms. */
  at: number;
  theme: Settings["theme"];
  table: boolean;
  /** Whether the chart has axes and its full height: that of one column alone. */
  axes: boolean;
  go: (place: Partial<Route>) => void;
}

export function Histogram({ timeline, fault, at, theme, table, axes, go }: Props): JSX.Element {
  if (!timeline) return <div class="histogram waiting">{fault ? <p class="meta warn">{panelWords.chartNoCounts(fault)}</p> : null}</div>;
  return (
    <div class="histogram">
      <TimeChartFigure timeline={timeline} kind="bars" axes={axes} theme={theme} table={table} label={panelWords.chartMatches}
        choose={(from, to) => go(toTimeSpan(from, to))} />
      {fault ? <p class="stale warn">{panelWords.stale(at, Date.now(), fault)}</p> : null}
    </div>
  );
}
