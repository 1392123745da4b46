/** uPlot charts over time in the page's colours: bars or a line, hatched where nothing was collected, drag to choose. */
import uPlot from "uplot";
import { between, onAxis } from "../text/clock";
import { compact } from "../text/number";
import type { Gap } from "../wire/frame";

export interface Series {
  starts: number[];
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

const STRIPE_PX = 6;
const LABEL_HALF_PX = 34;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function hatch(chart: uPlot, gaps: readonly Gap[]): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  for (const gap of gaps) {
    const left = Math.max(bbox.left, chart.valToPos(gap.from, "x", true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(gap.to ?? Date.now(), "x", true));
    if (right > left) ctx.rect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.clip();
  ctx.strokeStyle = colour("--amber");
  ctx.lineWidth = devicePixelRatio * 1.4;
  ctx.beginPath();
  const step = STRIPE_PX * devicePixelRatio;
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

interface Said {
  text: string;
  /** CSS pixels from the left of the plot. */
  middle: number;
  half: number;
}

/** Return the words for the one gap of a series and where they stand under it; null for none, several, or no room. */
function gapWords(chart: uPlot, gaps: readonly Gap[]): Said | null {
  const gap = gaps.length === 1 ? gaps[0] : undefined;
  if (!gap) return null;
  const wide = chart.bbox.width / devicePixelRatio;
  const end = Math.min(gap.to ?? Date.now(), chart.scales.x?.max ?? Infinity);
  const [from, to] = [Math.max(0, chart.valToPos(gap.from, "x")), Math.min(wide, chart.valToPos(end, "x"))];
  if (to < 0 || from > wide) return null;
  const text = `not collected ${between(gap.from, gap.to ?? Date.now(), Date.now())}`;
  chart.ctx.font = axisFont(devicePixelRatio);
  const half = chart.ctx.measureText(text).width / devicePixelRatio / 2;
  if (2 * half > wide) return null;
  return { text, middle: Math.min(Math.max((from + to) / 2, half), wide - half), half };
}

function sayGap(chart: uPlot, said: Said | null): void {
  if (!said) return;
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = axisFont(devicePixelRatio);
  ctx.fillStyle = colour("--amber");
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  ctx.fillText(said.text, bbox.left + said.middle * devicePixelRatio, bbox.top + bbox.height + 4 * devicePixelRatio);
  ctx.restore();
}

function axisFont(ratio: number): string {
  return `${12 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
}

function dataOf(series: Series): uPlot.AlignedData {
  return [series.starts.map((start) => start + series.intervalMs / 2), series.counts];
}

export class Chart {
  private plot: uPlot | null = null;
  private series: Series | null = null;

  constructor(
    private readonly box: HTMLElement,
    private readonly options: ChartOptions,
  ) {}

  /** Draw a series; the chart is made at the first one and after `restyle`. */
  show(series: Series): void {
    this.series = series;
    if (!this.plot) this.plot = this.make(series);
    else this.plot.setData(dataOf(series));
  }

  resize(): void {
    const width = this.box.clientWidth;
    if (this.plot && width && (width !== this.plot.width || this.box.clientHeight !== this.plot.height))
      this.plot.setSize({ width, height: this.box.clientHeight });
  }

  /** Take the colours anew. */
  restyle(): void {
    this.plot?.destroy();
    this.plot = null;
    if (this.series) this.show(this.series);
  }

  destroy(): void {
    this.plot?.destroy();
    this.plot = null;
  }

  /** Return the words under a moment, none where the edge would cut them. */
  private label(plot: uPlot, at: number): string {
    const x = plot.valToPos(at, "x");
    const wide = plot.bbox.width / devicePixelRatio || plot.width;
    if (x < LABEL_HALF_PX || x > wide - LABEL_HALF_PX) return "";
    const said = this.options.kind === "bars" ? gapWords(plot, this.series?.gaps ?? []) : null;
    if (said && Math.abs(x - said.middle) < said.half + LABEL_HALF_PX) return "";
    return onAxis(at, (this.series?.to ?? 0) - (this.series?.from ?? 0), Date.now());
  }

  private make(first: Series): uPlot {
    const { options } = this;
    const muted = colour("--muted");
    const axis = { stroke: muted, font: axisFont(1), ticks: { show: false } };
    const bars = uPlot.paths.bars;
    return new uPlot(
      {
        width: Math.max(40, this.box.clientWidth),
        height: this.box.clientHeight,
        ms: 1,
        legend: { show: false },
        padding: [4, 0, 0, 0],
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
        scales: {
          x: { time: true, range: () => [this.series?.from ?? 0, this.series?.to ?? 1] },
          y: { range: (_plot, _low, high) => [0, Math.max(1, high)] },
        },
        axes: [
          { ...axis, show: options.axes, size: 18, gap: 2, space: 90, grid: { show: false },
            values: (plot, splits) => splits.map((at) => this.label(plot, at)) },
          { ...axis, show: options.kind === "line", size: 34, gap: 4, space: 30, grid: { stroke: colour("--line"), width: 1 },
            values: (_plot, splits) => splits.map((value) => (Number.isInteger(value) ? compact(value) : "")) },
        ],
        series: [
          {},
          options.kind === "bars" && bars
            ? { fill: colour("--bar"), width: 0, points: { show: false }, paths: bars({ size: [0.86, 60], radius: 0.1 }) }
            : { stroke: colour("--accent"), fill: colour("--accent-soft"), width: 1.5, points: { show: false } },
        ],
        hooks: {
          drawClear: [(plot) => hatch(plot, this.series?.gaps ?? [])],
          draw: [(plot) => {
            if (options.kind === "bars" && options.axes) sayGap(plot, gapWords(plot, this.series?.gaps ?? []));
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
