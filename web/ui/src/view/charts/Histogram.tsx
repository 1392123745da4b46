/** All stored matches over time, above the list. Dragging chooses a time, and so do the buttons (`TimeRangeButtons`). */
import type { JSX } from "preact";
import type { Route } from "../../state/page/route";
import type { Settings } from "../../state/page/settings";
import { toTimeSpan } from "../../stats/timeSpan";
import type { Timeline } from "../../wire/api";
import { TimeChartFigure } from "./TimeChartFigure";
import * as panelWords from "../../words/panel";

interface Props {
  timeline: Timeline | null;
  /** Why there is none, or none of this moment, and when the one that is shown came, ms. */
  fault: string | null;
  at: number;
  theme: Settings["theme"];
  table: boolean;
  go: (place: Partial<Route>) => void;
}

export function Histogram({ timeline, fault, at, theme, table, go }: Props): JSX.Element {
  if (!timeline) return <div class="histogram waiting">{fault ? <p class="meta warn">{panelWords.chartNoCounts(fault)}</p> : null}</div>;
  return (
    <div class="histogram">
      <TimeChartFigure timeline={timeline} kind="bars" axes theme={theme} table={table} label={panelWords.chartMatches}
        choose={(from, to) => go(toTimeSpan(from, to))} />
      {fault ? <p class="stale warn">{panelWords.stale(at, Date.now(), fault)}</p> : null}
    </div>
  );
}
