/**
 * Picture of a chart over time: bars or a line with a scale of counts, times under the axis, and stripes where posts are missing. The
 * stripes are those of the page: dense where nothing was collected, wide ones that lean the other way where only a sample was.
 */
import type { Gap } from "../../wire/frame";
import { gapIntervals } from "../gapIntervals";
import type { TimeBars } from "../timeBuckets";
import { framed, type ChartBox, type Measure, type Picture, type PictureColours, type PictureFacts, type Shape } from "./picture";

const WIDTH_PX = 960;
const CHART_PX = 280;
const AXIS_PX = 22;
const SCALE_PX = 44;
const LABEL_PX = 12;
const LABELS_MAX = 7;

export interface TimeChartFacts {
  bars: TimeBars;
  gaps: readonly Gap[];
  kind: "bars" | "line";
  /** Present time (ms): a gap that goes on ends there. */
  now: number;
  /** Returns the label of a bar by its start; `before` is the bar labelled before, null for the first. */
  label: (at: number, before: number | null) => string;
  count: (value: number) => string;
}

/** Return the picture of a chart over time. */
export function timePicture(chart: TimeChartFacts, facts: PictureFacts, colours: PictureColours, measure: Measure): Picture {
  return framed(WIDTH_PX, CHART_PX, facts, colours, measure, (box) => shapesOf(chart, colours, measure, box));
}

function shapesOf({ bars, gaps, kind, now, label, count }: TimeChartFacts, colours: PictureColours, measure: Measure, box: ChartBox): Shape[] {
  const [left, top, width, height] = [box.x + SCALE_PX, box.y, box.width - SCALE_PX, box.height - AXIS_PX];
  const [from, to] = [bars.starts[0] ?? 0, bars.ends.at(-1) ?? 1];
  const most = Math.max(1, ...bars.counts);
  const x = (at: number): number => left + (width * (Math.min(Math.max(at, from), to) - from)) / Math.max(1, to - from);
  const y = (value: number): number => top + height - (height * value) / most;
  const shapes: Shape[] = [];
  for (const value of most > 1 ? [0, Math.round(most / 2), most] : [0, most]) {
    shapes.push({ kind: "path", points: [[left, y(value)], [left + width, y(value)]], stroke: colours.line, width: 1 });
    shapes.push({ kind: "text", x: left - 8, y: y(value) + 4, text: count(value), size: LABEL_PX, bold: false, fill: colours.muted, anchor: "end", rtl: false });
  }
  for (const sampled of [true, false]) {
    for (const gap of gapIntervals(gaps, sampled)) {
      const [begin, end] = [x(gap.from), x(gap.to ?? now)];
      if (end <= left || begin >= left + width || end < begin) continue;
      shapes.push({ kind: "stripes", x: begin, y: top, width: Math.max(2, end - begin), height, step: sampled ? 14 : 6, lean: sampled ? -1 : 1, stroke: colours.amber, line: sampled ? 1 : 1.4 });
    }
  }
  if (kind === "bars") {
    bars.counts.forEach((value, at) => {
      const [begin, end] = [x(bars.starts[at] ?? 0), x(bars.ends[at] ?? 0)];
      if (value) shapes.push({ kind: "rect", x: begin + (end - begin) * 0.07, y: y(value), width: Math.max(1, (end - begin) * 0.86), height: top + height - y(value), fill: colours.bar });
    });
  } else {
    const points = bars.counts.map((value, at): [number, number] => [x(((bars.starts[at] ?? 0) + (bars.ends[at] ?? 0)) / 2), y(value)]);
    const [first, last] = [points[0], points.at(-1)];
    if (first && last) shapes.push({ kind: "path", points: [[first[0], y(0)], ...points, [last[0], y(0)]], stroke: "none", width: 0, fill: colours.accentSoft });
    shapes.push({ kind: "path", points, stroke: colours.accent, width: 2 });
  }
  const step = Math.max(1, Math.ceil(bars.starts.length / LABELS_MAX));
  let before: number | null = null;
  let free = -Infinity;
  for (let at = 0; at < bars.starts.length; at += step) {
    const start = bars.starts[at] ?? 0;
    const text = label(start, before);
    const wide = measure(text, LABEL_PX, false);
    const place = Math.min(Math.max(x(start), left), left + width - wide);
    if (place < free) continue;
    shapes.push({ kind: "text", x: place, y: top + height + 16, text, size: LABEL_PX, bold: false, fill: colours.muted, anchor: "start", rtl: false });
    before = start;
    free = place + wide + 12;
  }
  return shapes;
}
