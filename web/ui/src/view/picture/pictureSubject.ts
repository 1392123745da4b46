/**
 * Subject of a picture: what the charts of the panel show, as data for a picture.
 */
import type { Desk } from "../../state/desk";
import type { TimeChartFacts } from "../../stats/picture/timePicture";
import { timeBarsOf } from "../../stats/timeBuckets";
import { directionOf } from "../../text/paragraphs";
import { formatCompact, formatNumber } from "../../text/formatNumber";
import { formatMoment } from "../../text/formatTime";
import type { BasedOn, Timeline, TopItem } from "../../wire/api";
import type { PictureSubject } from "./pictureFacts";

/** Bars of a picture over time at most. */
const BARS_MAX = 160;

/** Return the subject of a chart of the selected column. */
export function pictureSubject(desk: Desk, chart: string, basedOn: BasedOn): PictureSubject {
  const { spec, run } = desk.column;
  return { spec, chart, basedOn, timeline: run.counts.timeline, sources: desk.server.sources.map((source) => source.name) };
}

/** Return a timeline as a picture needs it, in bars that fit. */
export function timeChartFacts(timeline: Timeline, now: number): TimeChartFacts {
  const bars = timeBarsOf(timeline.buckets, timeline.interval_ms, timeline.from, timeline.to, BARS_MAX, timeline.zone !== "UTC");
  return {
    bars: timeline.to ? bars : { starts: [], ends: [], counts: [], intervalMs: timeline.interval_ms },
    gaps: timeline.gaps, kind: "line", now, count: formatCompact, label: (at, before) => formatMoment(at, bars.intervalMs, before ?? now),
  };
}

/** Return words as the rows of a picture. */
export function wordRows(items: readonly TopItem[]): { text: string; count: number; shown: string; rtl: boolean }[] {
  return items.map(({ value, label, count }) => ({ text: label || value, count, shown: formatNumber(count), rtl: directionOf(value) === "rtl" }));
}
