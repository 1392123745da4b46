/**
 * Chart over time, drawn with uPlot: bars or a line in the page's colours, hatched where posts are missing, with axis labels that overlap
 * no other text. It reports the bar under the pointer and the time range that a drag chooses, takes new counts and sizes, and is made again
 * when the theme changes.
 */
import uPlot from "uplot";
import { axisLabels } from "../../text/formatTime";
import { formatCompact } from "../../text/formatNumber";
import { isUtcShown } from "../../text/shownZone";
import type { Gap } from "../../wire/frame";
import { gapAxisTexts, drawHatching, overlaps, drawAxisTexts, type AxisText } from "./coverageOverlay";
import { panelWords } from "../../words";

export interface TimeSeries {
  starts: number[];
  ends: number[];
  counts: number[];
  intervalMs: number;
  from: number;
  to: number;
  gaps: readonly Gap[];
}

export interface ChartOptions {
  kind: "bars" | "line";
  axes: boolean;
  hover(at: { index: number; left: number } | null): void;
  chosen(from: number, to: number): void;
}

/** Pixels that a label may reach left of the plot beside a scale, without touching the scale's zero. */
const LEFT_PX = 2;
/** Least space on each side of a label. */
const LABEL_APART_PX = 3;
/** Half the width of "now", the label at the right edge of a chart that reaches to the present. */
const NOW_HALF_PX = 18;
const SCALE_PX = 32;
/** Height from which a chart has a scale of counts. */
const SCALE_FROM_PX = 90;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axisFont(ratio: number): string {
  return `${12 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
}

function dataOf(series: TimeSeries): uPlot.AlignedData {
  return [series.starts.map((start) => start + series.intervalMs / 2), series.counts];
}

export class TimeChart {
  private plot: uPlot | null = null;
  private series: TimeSeries | null = null;

  constructor(
    private readonly box: HTMLElement,
    private readonly options: ChartOptions,
  ) {}

  /** Draw a series; the chart is made at the first one and after `restyle`. */
  show(series: TimeSeries): void {
    this.series = series;
    if (!this.plot) this.plot = this.make(series);
    else this.plot.setData(dataOf(series));
  }

  resize(): void {
    const width = this.box.clientWidth;
    if (this.plot && width && (width !== this.plot.width || this.box.clientHeight !== this.plot.height))
      this.plot.setSize({ width, height: this.box.clientHeight });
  }

  /** Make the chart again with the colours of the current theme. */
  restyle(): void {
    this.plot?.destroy();
    this.plot = null;
    if (this.series) this.show(this.series);
  }

  destroy(): void {
    this.plot?.destroy();
    this.plot = null;
  }

  private said(plot: uPlot): AxisText[] {
    return this.options.kind === "bars" ? gapAxisTexts(plot, this.series?.gaps ?? [], axisFont(devicePixelRatio)) : [];
  }

  /** Return whether the chart reaches to the present. */
  private get upToNow(): boolean {
    const { series } = this;
    return series !== null && Date.now() - series.to < 2 * series.intervalMs;
  }

  /** Return the labels of the axis marks: "" where the edge would cut the label, or where another text stands. */
  private labels(plot: uPlot, marks: readonly number[], step: number): string[] {
    if (!this.series?.from) return marks.map(() => ""); // no match: there is no time to label
    const said = this.said(plot);
    const font = axisFont(devicePixelRatio);
    const wide = plot.bbox.width / devicePixelRatio || plot.width;
    const left = plot.axes[1]?.show ? -LEFT_PX : 0;
    const right = wide - (this.upToNow ? 2 * NOW_HALF_PX : 0);
    return axisLabels(marks, step, Date.now(), (at, text) => {
      plot.ctx.font = font;
      const half = plot.ctx.measureText(text).width / devicePixelRatio / 2 + LABEL_APART_PX;
      const x = plot.valToPos(at, "x");
      return x - half >= left && x + half <= right && !said.some((one) => overlaps(one, x, half));
    });
  }

  /** Draw the texts under the axis besides its labels: the gaps, and "now" at the right end. */
  private underAxis(plot: uPlot): void {
    const said = this.said(plot);
    drawAxisTexts(plot, said, colour("--amber"), axisFont(devicePixelRatio));
    const wide = plot.bbox.width / devicePixelRatio;
    const end = { text: panelWords.chartNow, middle: wide - NOW_HALF_PX + 4, half: NOW_HALF_PX };
    if (this.upToNow && !said.some((one) => overlaps(one, end.middle, end.half))) drawAxisTexts(plot, [end], colour("--muted"), axisFont(devicePixelRatio));
  }

  private make(first: TimeSeries): uPlot {
    const { options } = this;
    const muted = colour("--muted");
    const axis = { stroke: muted, font: axisFont(1), ticks: { show: false } };
    const bars = uPlot.paths.bars;
    return new uPlot(
      {
        width: Math.max(40, this.box.clientWidth),
        height: this.box.clientHeight,
        ms: 1,
        ...(isUtcShown() ? { tzDate: (at: number) => uPlot.tzDate(new Date(at), "Etc/UTC") } : {}),
        legend: { show: false },
        padding: [8, 0, 0, 0],
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
        scales: {
          x: { time: true, range: () => [this.series?.from ?? 0, this.series?.to ?? 1] },
          y: { range: (_plot, _low, high) => [0, Math.max(1, high)] },
        },
        axes: [
          { ...axis, show: options.axes, size: 18, gap: 2, space: 90, grid: { show: false },
            values: (plot, splits, _axis, _space, step) => this.labels(plot, splits, step) },
          { ...axis, show: options.axes && this.box.clientHeight >= SCALE_FROM_PX, size: SCALE_PX, gap: 4, space: 30, grid: { stroke: colour("--line"), width: 1 },
            values: (_plot, splits) => splits.map((value) => (Number.isInteger(value) ? formatCompact(value) : "")) },
        ],
        series: [
          {},
          options.kind === "bars" && bars
            ? { fill: colour("--bar"), width: 0, points: { show: false }, paths: bars({ size: [0.86, 60], radius: 0.1 }) }
            : { stroke: colour("--accent"), fill: colour("--accent-soft"), width: 1.5, points: { show: () => this.series?.starts.length === 1, size: 8, fill: colour("--accent") } },
        ],
        hooks: {
          drawClear: [(plot) => drawHatching(plot, this.series?.gaps ?? [], colour("--amber"))],
          draw: [(plot) => {
            if (options.axes) this.underAxis(plot);
          }],
          setCursor: [(plot) => {
            const index = plot.cursor.idx;
            options.hover(index === null || index === undefined ? null : { index, left: plot.cursor.left ?? 0 });
          }],
          setSelect: [(plot) => {
            const { left, width } = plot.select;
            if (width < 4) return;
            options.chosen(Math.floor(plot.posToVal(left, "x")), Math.ceil(plot.posToVal(left + width, "x")));
            plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          }],
        },
      },
      dataOf(first),
      this.box,
    );
  }
}
