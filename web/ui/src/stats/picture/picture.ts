/**
 * Picture: a chart to save or send, as shapes with their places and colours. It is drawn as SVG and on a canvas alike (`view/picture/`), so
 * that a text of others is never markup. `framed` puts title, span, sources, gaps and date around the shapes of a chart, which makes the
 * picture say by itself what it shows.
 */

/** A shape of a picture. Places are in pixels from the top left. */
export type Shape =
  | { kind: "rect"; x: number; y: number; width: number; height: number; fill: string }
  | { kind: "path"; points: readonly (readonly [number, number])[]; stroke: string; width: number; fill?: string }
  /** Parallel stripes within a box. `lean`: 1 rises to the right, -1 falls. */
  | { kind: "stripes"; x: number; y: number; width: number; height: number; step: number; lean: 1 | -1; stroke: string; line: number }
  | { kind: "text"; x: number; y: number; text: string; size: number; bold: boolean; fill: string; anchor: "start" | "middle" | "end"; rtl: boolean };

export interface Picture {
  width: number;
  height: number;
  /** Title and facts as one text, for who does not see the picture. */
  description: string;
  shapes: readonly Shape[];
}

/** Colours of a theme that pictures use. */
export interface PictureColours {
  plane: string;
  text: string;
  muted: string;
  line: string;
  bar: string;
  accent: string;
  accentSoft: string;
  amber: string;
  heat: readonly string[];
}

/** Lines of text beside the chart of a picture. */
export interface PictureFacts {
  title: string;
  /** Whether the title reads from right to left. */
  titleRtl: boolean;
  subtitle: string;
  /** Lines about missing posts; empty where nothing is missing. */
  gaps: readonly string[];
  /** Lines under the chart: number of posts, sources, and when the picture was made. */
  notes: readonly string[];
}

/** Returns the width of a text in pixels. */
export type Measure = (text: string, size: number, bold: boolean) => number;

/** Space around the contents of a picture. */
export const PICTURE_PAD_PX = 24;
const TITLE_PX = 22;
const NOTE_PX = 13;
const TITLE_LINES_MAX = 2;
const NOTE_LINES_MAX = 2;

/** Place of a chart within its picture. */
export interface ChartBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Return a picture with title and facts around a chart, whose shapes `draw` returns for the place that the chart has. */
export function framed(width: number, chartHeight: number, facts: PictureFacts, colours: PictureColours, measure: Measure, draw: (box: ChartBox) => Shape[]): Picture {
  const inner = width - 2 * PICTURE_PAD_PX;
  const shapes: Shape[] = [];
  let y = PICTURE_PAD_PX;
  const write = (text: string, size: number, bold: boolean, fill: string, lines: number, rtl = false): void => {
    for (const line of wrapped(text, lines, (part) => measure(part, size, bold) <= inner)) {
      shapes.push({ kind: "text", x: rtl ? width - PICTURE_PAD_PX : PICTURE_PAD_PX, y: y + size, text: line, size, bold, fill, anchor: "start", rtl });
      y += Math.round(size * 1.35);
    }
  };
  write(facts.title, TITLE_PX, true, colours.text, TITLE_LINES_MAX, facts.titleRtl);
  write(facts.subtitle, NOTE_PX, false, colours.muted, NOTE_LINES_MAX);
  y += 12;
  shapes.push(...draw({ x: PICTURE_PAD_PX, y, width: inner, height: chartHeight }));
  y += chartHeight + 12;
  for (const gap of facts.gaps) write(gap, NOTE_PX, false, colours.amber, NOTE_LINES_MAX);
  for (const note of facts.notes) write(note, NOTE_PX, false, colours.muted, NOTE_LINES_MAX);
  const height = Math.round(y + PICTURE_PAD_PX - 4);
  const description = [facts.title, facts.subtitle, ...facts.gaps, ...facts.notes].filter(Boolean).join("\n");
  return { width, height, description, shapes: [{ kind: "rect", x: 0, y: 0, width, height, fill: colours.plane }, ...shapes] };
}

/** Return a text in lines that fit, at most `most`; the last ends in an ellipsis where the text is longer. */
export function wrapped(text: string, most: number, fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/u).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (fits(longer) || !line) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  if (line) lines.push(line);
  const kept = lines.slice(0, most);
  return kept.map((one, at) => (at === most - 1 && lines.length > most ? shortened(`${one}…`, fits) : shortened(one, fits)));
}

/** Return a text cut to what fits, with an ellipsis; a text that fits as it is. */
export function shortened(text: string, fits: (line: string) => boolean): string {
  if (fits(text)) return text;
  const letters = [...text.replace(/…$/u, "")];
  let [fit, not] = [0, letters.length];
  while (not - fit > 1) {
    const middle = Math.floor((fit + not) / 2);
    if (fits(`${letters.slice(0, middle).join("")}…`)) fit = middle;
    else not = middle;
  }
  return `${letters.slice(0, fit).join("").trimEnd()}…`;
}
