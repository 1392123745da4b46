import { describe, expect, it } from "vitest";
import { framed, shortened, wrapped, type PictureColours, type PictureFacts, type Shape } from "../../../src/stats/picture/picture";
import { timePicture } from "../../../src/stats/picture/timePicture";
import { barsPicture, cloudPicture } from "../../../src/stats/picture/wordPictures";

const COLOURS: PictureColours = { plane: "#fff", text: "#000", muted: "#666", line: "#ddd", bar: "#00f", accent: "#00a", accentSoft: "#eef", amber: "#a50", heat: ["#1", "#2", "#3", "#4", "#5"] };
const measure = (text: string, size: number): number => [...text].length * size * 0.6;
const FACTS: PictureFacts = { title: "storm", titleRtl: false, subtitle: "Nov 30, 10:00–11:00 UTC", gaps: ["Not collected: 10:20–10:30"], notes: ["120 of 120 posts", "Bluesky, X", "Made Nov 30"] };

const texts = (shapes: readonly Shape[]): string[] => shapes.flatMap((shape) => (shape.kind === "text" ? [shape.text] : []));
const inside = (shape: Shape, width: number, height: number): boolean =>
  shape.kind === "path" ? shape.points.every(([x, y]) => x >= 0 && x <= width && y >= 0 && y <= height) : shape.x >= 0 && shape.x <= width && shape.y >= 0 && shape.y <= height;

describe("frame of a picture", () => {
  it("has every fact as a text of its own, in order, within the picture", () => {
    const picture = framed(400, 100, FACTS, COLOURS, measure, () => []);
    expect(texts(picture.shapes)).toEqual(["storm", "Nov 30, 10:00–11:00 UTC", "Not collected: 10:20–10:30", "120 of 120 posts", "Bluesky, X", "Made Nov 30"]);
    expect(picture.description.split("\n")).toHaveLength(6);
    expect(picture.shapes.every((shape) => inside(shape, picture.width, picture.height))).toBe(true);
  });

  it("sets a title that reads from right to left at the right edge", () => {
    const [title] = framed(400, 100, { ...FACTS, title: "זלזלים", titleRtl: true }, COLOURS, measure, () => []).shapes.filter((shape) => shape.kind === "text");
    expect(title).toMatchObject({ x: 376, rtl: true, anchor: "start" });
  });

  it("wraps long texts, and cuts what is longer still", () => {
    const fits = (line: string): boolean => [...line].length <= 10;
    expect(wrapped("one two three four", 2, fits)).toEqual(["one two", "three four"]);
    expect(wrapped("one two three four five", 2, fits)).toEqual(["one two", "three fou…"]);
    expect(wrapped("unbreakablyLong", 2, fits)).toEqual(["unbreakab…"]);
    expect(shortened("👍👍👍👍👍👍👍👍👍👍👍", fits)).toBe("👍👍👍👍👍👍👍👍👍…");
    expect(wrapped("", 2, fits)).toEqual([]);
  });
});

describe("chart over time", () => {
  const bars = { starts: [0, 10, 20, 30], ends: [10, 20, 30, 40], counts: [1, 0, 4, 2], intervalMs: 10 };
  const gap = { source: "bluesky", from: 20, to: null, why: "", partial: false };
  const chart = { bars, gaps: [gap], kind: "bars", now: 30, label: String, count: String } as const;

  it("has a bar for each count, a scale, labels and the stripes of a gap that goes on until now", () => {
    const picture = timePicture(chart, FACTS, COLOURS, measure);
    const filled = picture.shapes.filter((shape) => shape.kind === "rect" && shape.fill === COLOURS.bar);
    expect(filled).toHaveLength(3);
    expect(Math.max(...filled.map((shape) => (shape.kind === "rect" ? shape.height : 0)))).toBeCloseTo(258);
    expect(texts(picture.shapes)).toEqual(expect.arrayContaining(["0", "2", "4", "10"]));
    const stripes = picture.shapes.find((shape) => shape.kind === "stripes");
    expect(stripes).toMatchObject({ lean: 1, width: 217 });
    expect(picture.shapes.every((shape) => inside(shape, picture.width, picture.height))).toBe(true);
  });

  it("draws a line over the same times", () => {
    const picture = timePicture({ ...chart, kind: "line" }, FACTS, COLOURS, measure);
    const line = picture.shapes.find((shape) => shape.kind === "path" && shape.stroke === COLOURS.accent);
    expect(line?.kind === "path" && line.points).toHaveLength(4);
  });

  it("is drawn without a match", () => {
    const picture = timePicture({ ...chart, bars: { starts: [], ends: [], counts: [], intervalMs: 1 } }, FACTS, COLOURS, measure);
    expect(picture.height).toBeGreaterThan(280);
  });
});

describe("words", () => {
  it("stand in the cloud where the page has them, larger, with the hue of their weight", () => {
    const picture = cloudPicture([{ text: "storm", x: 0, y: 0, size: 30, heat: 1 }, { text: "rain", x: -100, y: 40, size: 10, heat: 0 }], { width: 304, height: 200 }, FACTS, COLOURS, measure);
    const words = picture.shapes.filter((shape) => shape.kind === "text" && shape.anchor === "middle");
    expect(words).toMatchObject([{ text: "storm", x: 480, size: 90, fill: "#5" }, { text: "rain", x: 180, size: 30, fill: "#1" }]);
  });

  it("are bars with counts; a long word is cut, one from right to left ends at the bars", () => {
    const picture = barsPicture([{ text: "storm", count: 4, shown: "4", rtl: false }, { text: "عاصفة", count: 2, shown: "2", rtl: true }, { text: "x".repeat(90), count: 1, shown: "1", rtl: false }], FACTS, COLOURS, measure);
    expect(picture.shapes).toContainEqual(expect.objectContaining({ text: "عاصفة", rtl: true, x: 268 }));
    expect(texts(picture.shapes).some((text) => text.endsWith("x…"))).toBe(true);
  });
});
