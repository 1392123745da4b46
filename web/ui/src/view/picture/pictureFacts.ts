/**
 * Facts of a picture: title, search, time with its zone, sources, missing posts, number of posts, and when the picture was made, as the
 * lines that stand in it; and the name of its file.
 */
import { gapIntervals, type Interval } from "../../stats/gapIntervals";
import type { PictureFacts } from "../../stats/picture/picture";
import type { ColumnSpec } from "../../state/columnSpec";
import { formatExactTime, formatSpan, formatZone } from "../../text/formatTime";
import { formatList } from "../../text/formatNumber";
import { directionOf } from "../../text/paragraphs";
import type { BasedOn, Timeline } from "../../wire/api";
import { columnWords, panelWords } from "../../words";
import { sourceName, sourceNames } from "../../words/sources";

/** Gaps of one kind that are named by their time; the rest is counted. */
const GAPS_NAMED_MAX = 4;
const FILE_NAME_MAX = 40;

export interface PictureSubject {
  spec: Pick<ColumnSpec, "query"> & { title?: string };
  /** Kind of the chart, as "Word cloud". */
  chart: string;
  basedOn: BasedOn;
  /** Timeline of the search, for its gaps; null where its counts are missing. */
  timeline: Timeline | null;
  sources: readonly string[];
}

/** Return the facts of a picture that is made at `now`, ms. */
export function pictureFacts({ spec, chart, basedOn, timeline, sources }: PictureSubject, now: number): PictureFacts {
  const search = spec.query === "*" ? columnWords.allPosts : spec.query;
  const title = spec.title || search;
  const { from, to } = basedOn;
  const span = to ? `${formatSpan(from, to, 0)} ${formatZone(to)}` : "";
  const notes = [panelWords.pictureCounted(basedOn.counted, basedOn.matching)];
  if (sources.length) notes.push(panelWords.pictureSources(formatList(sources.map(sourceName))));
  notes.push(panelWords.pictureMade(formatExactTime(now)));
  return {
    title, titleRtl: directionOf(title) === "rtl",
    subtitle: [chart, title === search ? "" : search, span].filter(Boolean).join(" · "),
    gaps: timeline ? gapLines(timeline, from, to, now) : [],
    notes,
  };
}

function gapLines({ gaps }: Timeline, from: number, to: number, now: number): string[] {
  const within = (interval: Interval): boolean => interval.from < to && (interval.to ?? Infinity) > from;
  const lines: string[] = [];
  for (const sampled of [false, true]) {
    const found = gapIntervals(gaps, sampled).filter(within);
    if (!found.length) continue;
    const named = found.slice(0, GAPS_NAMED_MAX).map((gap) => formatSpan(gap.from, gap.to ?? now, now));
    const rest = found.length - named.length;
    lines.push(panelWords.pictureGaps(sampled ? panelWords.gapSample : panelWords.gapNone, formatList(rest ? [...named, panelWords.pictureMoreGaps(rest)] : named)));
  }
  const partial = gaps.filter((gap) => gap.partial && !gap.sampled && within(gap));
  if (partial.length) lines.push(panelWords.pictureGaps(panelWords.gapPartOf(panelWords.gapNone), sourceNames(partial)));
  return lines;
}

/** Return the name of a picture's file, from its title and time; `extension` without the dot. */
export function pictureFileName(title: string, now: number, extension: string): string {
  const words = [...title.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")].slice(0, FILE_NAME_MAX).join("").replace(/^-|-$/gu, "");
  return `murmuration-${words || "chart"}-${new Date(now).toISOString().slice(0, 16).replace(/:/gu, "")}.${extension}`;
}
