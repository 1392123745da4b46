/**
 * Figure with a chart over time: hover text, a summary for screen readers, a table as alternative, and the choice of a time range by
 * dragging. It joins the counts into bars that fit its width, redraws at a new size or theme, and names the periods in which posts are
 * missing. The chart itself (`timeChart.ts`, uPlot) is a chunk that is loaded after the first posts.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Settings } from "../../state/page/settings";
import { timeBarsOf } from "../../stats/timeBuckets";
import { gapIntervals } from "../../stats/gapIntervals";
import { formatSpan, formatExactTime, formatMoment, sameDay } from "../../text/formatTime";
import { formatNumber } from "../../text/formatNumber";
import { isUtcShown } from "../../text/shownZone";
import type { OutlyingPosts, Timeline } from "../../wire/api";
import { lazyImport } from "../../wire/lazyImport";
import type { TimeChart, TimeSeries } from "./timeChart";
import { describeGaps } from "./coverageOverlay";
import { panelWords } from "../../words";

interface Props {
  timeline: Timeline;
  kind: "bars" | "line";
  axes: boolean;
  theme: Settings["theme"];
  table: boolean;
  label: string;
  choose: (from: number, to: number) => void;
}

/** Width of a bar with its gap, about. */
const BAR_PX = 7;
const MINUTE_MS = 60_000;

export function summaryOf(timeline: Timeline, now: number): string {
  const { total, from, to, interval_ms: step } = timeline;
  // Without a match and without a chosen time there is no time span.
  const span = to ? formatSpan(from, to, now) : "";
  const top = timeline.buckets.reduce<[number, number] | null>((best, one) => (best && best[1] >= one[1] ? best : one), null);
  const peak = top ? panelWords.chartPeak(top[1], formatMoment(top[0], step, sameDay(from, to) ? from : now)) : "";
  const gaps = panelWords.chartGaps(gapIntervals(timeline.gaps, false).length);
  const sampled = panelWords.chartSampledPeriods(gapIntervals(timeline.gaps, true).length);
  const outlying = timeline.outlying.map((side) => ` ${outlyingText(timeline, side, now)}.`).join("");
  const partial = panelWords.chartPartlyMissing(timeline.gaps.filter((gap) => gap.partial && !gap.sampled));
  return panelWords.chartSummary(total, span, `${peak}${gaps}${sampled}${partial}${outlying}`);
}

/** Return the number of outlying posts, and the time of the one that is farthest. */
export function outlyingText(timeline: Timeline, { from, to, count }: OutlyingPosts, now: number): string {
  const earlier = from < timeline.from;
  return panelWords.chartOutlying(count, earlier, formatMoment(earlier ? from : to - 1, MINUTE_MS, now));
}

/** Return the span of a timeline with its outlying posts. */
export function wholeSpan({ from, to, outlying }: Timeline): [from: number, to: number] {
  return [Math.min(from, ...outlying.map((side) => side.from)), Math.max(to, ...outlying.map((side) => side.to))];
}

function seriesOf(timeline: Timeline, width: number): TimeSeries {
  const bars = timeBarsOf(timeline.buckets, timeline.interval_ms, timeline.from, timeline.to, Math.max(20, width / BAR_PX), timeline.zone !== "UTC");
  return { ...bars, from: bars.starts[0] ?? timeline.from, to: bars.ends.at(-1) ?? timeline.to, gaps: timeline.gaps };
}

export function TimeChartFigure({ timeline, kind, axes, theme, table, label, choose }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<TimeChart | null>(null);
  const onChoose = useRef(choose);
  const [width, setWidth] = useState(0);
  const [hover, setHover] = useState<{ index: number; left: number } | null>(null);
  const now = Date.now();
  const utc = isUtcShown();
  const series = useMemo(() => seriesOf(timeline, width), [timeline, width]);
  const bars = series;
  const latest = useRef(series);

  useLayoutEffect(() => {
    onChoose.current = (from, to) => {
      if (timeline.to) choose(from, to);
    };
  }, [choose, timeline]);

  useLayoutEffect(() => {
    latest.current = series;
    if (width) chart.current?.show(series);
  }, [series, width]);

  useEffect(() => {
    const element = box.current;
    if (!element || table) return;
    let gone = false;
    // The chunk of the charts is loaded here, after the first posts.
    void lazyImport(() => import("./timeChart")).then((part) => {
      if (gone || !part) return;
      chart.current = new part.TimeChart(element, { kind, axes, hover: (at) => setHover((was) => (was?.index === at?.index && was?.left === at?.left ? was : at)), chosen: (from, to) => onChoose.current(from, to) });
      setWidth(element.clientWidth);
      if (element.clientWidth) chart.current.show(latest.current);
    });
    const watch = new ResizeObserver(() => {
      setWidth(element.clientWidth);
      chart.current?.resize();
    });
    watch.observe(element);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const restyle = (): void => chart.current?.restyle();
    scheme.addEventListener("change", restyle);
    return () => {
      gone = true;
      scheme.removeEventListener("change", restyle);
      watch.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [kind, axes, theme, utc, table]);

  const at = hover && timeline.to ? { start: bars.starts[hover.index] ?? 0, end: bars.ends[hover.index] ?? 0, count: bars.counts[hover.index] ?? 0 } : null;
  const missing = at ? describeGaps(timeline.gaps, at.start, at.end) : "";
  return (
    <figure class={`time of-${kind}`} aria-label={label}>
      <figcaption class="hidden">{summaryOf(timeline, now)}</figcaption>
      {table ? (
        <div class="table-place" tabIndex={0} role="region" aria-label={panelWords.chartTable(label)}>
          <table>
            <thead><tr><th scope="col">{panelWords.chartColumns.from}</th><th scope="col">{panelWords.chartColumns.matches}</th>{timeline.gaps.length ? <th scope="col">{panelWords.chartColumns.collected}</th> : null}</tr></thead>
            <tbody>
              {timeline.to ? bars.starts.map((start, index) => (
                <tr key={start}>
                  <td>{formatExactTime(start)}</td><td>{formatNumber(bars.counts[index] ?? 0)}</td>
                  {timeline.gaps.length ? <td>{describeGaps(timeline.gaps, start, bars.ends[index] ?? start) || panelWords.chartAllCollected}</td> : null}
                </tr>
              )) : null}
            </tbody>
          </table>
        </div>
      ) : <div class="plot" ref={box} aria-hidden="true" />}
      {timeline.outlying.map((side) => (
        <button key={side.from} class="chip outlying" title={panelWords.chartWholeSpan} onClick={() => choose(...wholeSpan(timeline))}>
          {outlyingText(timeline, side, now)}
        </button>
      ))}
      {at && hover && !table ? (
        <div class="hover" ref={(tip) => { if (tip) tip.style.left = `${Math.min(Math.max(hover.left, 70), Math.max(70, width - 70))}px`; }}>
          {formatSpan(at.start, at.end, now)} · <b>{formatNumber(at.count)}</b>{missing ? <span class="warn"> · {missing}</span> : null}
        </div>
      ) : null}
    </figure>
  );
}
