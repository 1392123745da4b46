/**
 * Time chart of the insight panel: matches over time as a line, in BirdWatch's bucket sizes, with a button that switches to a table, and
 * the number of counted posts. Dragging over the chart chooses that time range for the column.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { toTimeSpan } from "../../stats/moveTimeSpan";
import type { Timeline } from "../../wire/api";
import { BasedOnLine } from "./BasedOnLine";
import { TableButton } from "./TableButton";
import { PictureButton } from "../picture/PictureButton";
import { pictureSubject, timeChartFacts } from "../picture/pictureSubject";
import { TimeChartFigure } from "./TimeChartFigure";
import { panelWords } from "../../words";

export function PanelTimeChart({ desk, series }: { desk: Desk; series: Timeline }): JSX.Element {
  const [table, setTable] = useState(false);
  return (
    <section class="series" aria-labelledby="series-title">
      <div class="title-row"><h3 id="series-title">{panelWords.chartSeriesTitle}</h3><span class="chart-buttons">
        <PictureButton desk={desk} id="picture-time" chart={panelWords.chartSeriesTitle} subject={() => pictureSubject(desk, panelWords.chartMatches, { counted: series.total, matching: series.total, from: series.from, to: series.to })}
          make={(drawing) => (facts, colours, measure) => drawing.timePicture(timeChartFacts(series, Date.now()), facts, colours, measure)} />
        <TableButton table={table} other={panelWords.chartChart} toggle={() => setTable(!table)} />
      </span></div>
      <TimeChartFigure timeline={series} kind="line" axes theme={desk.settings.theme} table={table} label={panelWords.chartSeries}
        choose={(from, to) => desk.navigate(toTimeSpan(from, to))} />
      <BasedOnLine on={{ counted: series.total, matching: series.total, from: series.from, to: series.to }} />
    </section>
  );
}
