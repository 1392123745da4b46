// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { svgOf } from "../../src/view/picture/drawSvg";
import { pictureFacts, pictureFileName } from "../../src/view/picture/pictureFacts";
import type { Timeline } from "../../src/wire/api";
import type { Picture } from "../../src/stats/picture/picture";

const NOW = Date.UTC(2026, 10, 30, 12);
const gap = (from: number, to: number | null, more = {}): Timeline["gaps"][number] => ({ source: "bluesky", from, to, why: "", partial: false, ...more });
const timeline = (gaps: Timeline["gaps"]): Timeline => ({ interval_ms: 1, from: 0, to: 1, total: 0, buckets: [], gaps, zone: "UTC", outlying: [], took_ms: 1 });
const facts = (query: string, title: string, gaps: Timeline["gaps"] = []) => pictureFacts({
  spec: { query, title }, chart: "Word cloud", basedOn: { counted: 5_000, matching: 12_345, from: NOW - 3_600_000, to: NOW }, timeline: timeline(gaps), sources: ["bluesky", "x"],
}, NOW);

describe("the facts of a picture", () => {
  it("name title, search, chart, span with its zone, posts, sources and date", () => {
    const found = facts("storm", "Harbour");
    expect([found.title, found.titleRtl]).toEqual(["Harbour", false]);
    expect(found.subtitle).toMatch(/^Word cloud · storm · .+–.+ UTC/u);
    expect(found.notes.slice(0, 2)).toEqual(["Based on 5,000 of 12,345 posts", "Sources: Bluesky and X"]);
    expect(found.notes[2]).toMatch(/^Made Nov 30, 2026/u);
    expect(found.gaps).toEqual([]);
    expect(facts("עזה", "").titleRtl).toBe(true);
    expect(facts("*", "").title).toBe("All posts");
  });

  it("name the gaps within its span, and count those beyond four", () => {
    const many = Array.from({ length: 6 }, (_, at) => gap(NOW - (at + 1) * 500_000, NOW - (at + 1) * 500_000 + 60_000));
    expect(facts("storm", "", [gap(0, 1), ...many]).gaps[0]).toMatch(/^Not collected: .+, and 2 more$/u);
    expect(facts("storm", "", [gap(NOW - 60_000, null, { sampled: true })]).gaps[0]).toMatch(/^A sample only: /u);
    expect(facts("storm", "", [gap(NOW - 60_000, null, { partial: true, source: "x" })]).gaps).toEqual(["Not collected in part of it: X"]);
  });

  it("name its file by letters and digits only", () => {
    expect(pictureFileName('"a/b" OR ../c: 東京 שלום', NOW, "svg")).toBe("murmuration-a-b-OR-c-東京-שלום-2026-11-30T1200.svg");
    expect(pictureFileName("***", NOW, "png")).toBe("murmuration-chart-2026-11-30T1200.png");
  });
});

describe("the drawing as SVG", () => {
  it("keeps a text of others as text", () => {
    const text = '<script>alert(1)</script>" onload="x';
    const picture: Picture = {
      width: 100, height: 50, description: text,
      shapes: [
        { kind: "text", x: 1, y: 2, text, size: 12, bold: true, fill: "#000", anchor: "start", rtl: true },
        { kind: "stripes", x: 0, y: 0, width: 10, height: 10, step: 5, lean: -1, stroke: "#a50", line: 1 },
        { kind: "path", points: [[0, 0], [5, 5]], stroke: "#000", width: 1 },
        { kind: "rect", x: 0, y: 0, width: 5, height: 5, fill: "#fff" },
      ],
    };
    const svg = svgOf(picture, "sans-serif");
    expect(svg.querySelector("script")).toBeNull();
    expect(svg.querySelector("text")?.textContent).toBe(text);
    expect(svg.querySelector("text")?.getAttribute("direction")).toBe("rtl");
    expect([...svg.querySelectorAll("*")].flatMap((one) => [...one.attributes]).filter((one) => one.name.startsWith("on"))).toEqual([]);
    expect([svg.querySelectorAll("path").length, svg.querySelectorAll("clipPath").length, svg.querySelectorAll("rect").length]).toEqual([2, 1, 2]);
  });
});
