/**
 * Coverage overlay of a chart: hatches periods in which posts are missing, names them in texts under the axis where there is room, and
 * describes the gaps of a bar in words. Dense stripes mean that nothing was collected; wide, thin stripes that lean the other way mean a
 * sample. A source that is missing while others were collected is named in texts only, without stripes.
 */
import type uPlot from "uplot";
import { gapIntervals, coversSpan, type Interval, overlapping } from "../../stats/gapIntervals";
import { formatSpan } from "../../text/formatTime";
import type { Gap } from "../../wire/frame";
import { panelWords } from "../../words";

interface Stripes {
  sampled: boolean;
  words: string;
  stepPx: number;
  widthPx: number;
  /** 1: rising to the right, -1: falling. */
  lean: 1 | -1;
}

/** Stripes in the order of drawing: those of "not collected" are drawn over those of "a sample only". */
const STRIPES: readonly Stripes[] = [
  { sampled: true, words: panelWords.gapSample, stepPx: 14, widthPx: 1, lean: -1 },
  { sampled: false, words: panelWords.gapNone, stepPx: 6, widthPx: 1.4, lean: 1 },
];

export interface AxisText {
  text: string;
  /** CSS pixels from the left of the plot. */
  middle: number;
  half: number;
}

/**
 * Return a text about the posts missing between two times: "not collected" or "a sample only", with "in part of it" where the gap is
 * shorter, with the names of sources where others were collected; "" where nothing is missing.
 */
export function describeGaps(gaps: readonly Gap[], from: number, to: number): string {
  const whole = [...STRIPES].reverse().find((one) => overlapping(gapIntervals(gaps, one.sampled), from, to).length);
  if (whole) return coversSpan(gapIntervals(gaps, whole.sampled), from, to) ? whole.words : panelWords.gapPartOf(whole.words);
  const partial = overlapping(gaps.filter((gap) => gap.partial), from, to);
  const none = partial.filter((gap) => !gap.sampled);
  if (none.length) return panelWords.gapOfSources(none, panelWords.gapNone);
  return partial.length ? panelWords.gapOfSources(partial, panelWords.gapSample) : "";
}

/** Draw the stripes of both kinds over the plot. */
export function drawHatching(chart: uPlot, gaps: readonly Gap[], colour: string): void {
  for (const stripes of STRIPES) stripe(chart, gapIntervals(gaps, stripes.sampled), stripes, colour);
}

function stripe(chart: uPlot, gaps: readonly Interval[], { stepPx, widthPx, lean }: Stripes, colour: string): void {
  if (!gaps.length) return;
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  for (const gap of gaps) {
    const left = Math.max(bbox.left, chart.valToPos(gap.from, "x", true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(gap.to ?? Date.now(), "x", true));
    if (right > left) ctx.rect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio * widthPx;
  ctx.beginPath();
  const [low, high] = lean > 0 ? [bbox.top + bbox.height, bbox.top] : [bbox.top, bbox.top + bbox.height];
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += stepPx * devicePixelRatio) {
    ctx.moveTo(x, low);
    ctx.lineTo(x + bbox.height, high);
  }
  ctx.stroke();
  ctx.restore();
}

/** Return the texts under the axis: one for each kind of which there is exactly one gap, where the texts do not overlap. */
export function gapAxisTexts(chart: uPlot, gaps: readonly Gap[], font: string): AxisText[] {
  const found: AxisText[] = [];
  for (const stripes of [...STRIPES].reverse()) {
    const kind = gapIntervals(gaps, stripes.sampled);
    const said = kind.length === 1 ? axisTextOf(chart, kind[0] as Interval, stripes.words, font) : null;
    if (said && !found.some((other) => overlaps(other, said.middle, said.half))) found.push(said);
  }
  return found;
}

/** Return whether a text overlaps another text, given by its middle and half its width (CSS px). */
export function overlaps(said: AxisText, middle: number, half: number): boolean {
  return Math.abs(middle - said.middle) < said.half + half;
}

function axisTextOf(chart: uPlot, gap: Interval, words: string, font: string): AxisText | null {
  const wide = chart.bbox.width / devicePixelRatio;
  const end = Math.min(gap.to ?? Date.now(), chart.scales.x?.max ?? Infinity);
  const [from, to] = [Math.max(0, chart.valToPos(gap.from, "x")), Math.min(wide, chart.valToPos(end, "x"))];
  if (to < 0 || from > wide) return null;
  const text = `${words} ${formatSpan(gap.from, gap.to ?? Date.now(), Date.now())}`;
  chart.ctx.font = font;
  const half = chart.ctx.measureText(text).width / devicePixelRatio / 2;
  if (2 * half > wide) return null;
  return { text, middle: Math.min(Math.max((from + to) / 2, half), wide - half), half };
}

/** Draw texts under the axis. */
export function drawAxisTexts(chart: uPlot, said: readonly AxisText[], colour: string, font: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = font;
  ctx.fillStyle = colour;
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const one of said) ctx.fillText(one.text, bbox.left + one.middle * devicePixelRatio, bbox.top + bbox.height + 2 * devicePixelRatio);
  ctx.restore();
}
