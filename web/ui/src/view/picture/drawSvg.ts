/**
 * Drawing of a picture as SVG: an element built by the DOM, so that a text of others stays text, and its source as a file.
 */
import type { Picture, Shape } from "../../stats/picture/picture";

const SVG = "http://www.w3.org/2000/svg";

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
  return made;
}

function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** Return the ends of the stripes of a box; they reach beyond it, and the box cuts them. */
export function stripesOf({ x, y, width, height, step, lean }: Extract<Shape, { kind: "stripes" }>): [number, number, number, number][] {
  const [low, high] = lean > 0 ? [y + height, y] : [y, y + height];
  const found: [number, number, number, number][] = [];
  for (let at = x - height; at < x + width; at += step) found.push([at, low, at + height, high]);
  return found;
}

function drawn(shape: Shape, number: number): SVGElement[] {
  switch (shape.kind) {
    case "rect":
      return [element("rect", { x: shape.x, y: shape.y, width: shape.width, height: shape.height, fill: shape.fill })];
    case "path":
      return [element("path", { d: pathOf(shape.points), fill: shape.fill ?? "none", stroke: shape.stroke, "stroke-width": shape.width, "stroke-linejoin": "round" })];
    case "stripes": {
      const clip = element("clipPath", { id: `stripes-${number}` });
      clip.append(element("rect", { x: shape.x, y: shape.y, width: shape.width, height: shape.height }));
      const lines = stripesOf(shape).map(([x, y, endX, endY]) => pathOf([[x, y], [endX, endY]])).join("");
      return [clip, element("path", { d: lines, "clip-path": `url(#stripes-${number})`, stroke: shape.stroke, "stroke-width": shape.line, fill: "none" })];
    }
    case "text": {
      const text = element("text", {
        x: shape.x, y: shape.y, fill: shape.fill, "font-size": shape.size, "font-weight": shape.bold ? 600 : 400, "text-anchor": shape.anchor,
        ...(shape.rtl ? { direction: "rtl" } : {}),
      });
      text.textContent = shape.text;
      return [text];
    }
  }
}

/** Return the picture as an SVG element. `font`: the families, as CSS has them. */
export function svgOf(picture: Picture, font: string): SVGElement {
  const root = element("svg", { width: picture.width, height: picture.height, viewBox: `0 0 ${picture.width} ${picture.height}`, "font-family": font, role: "img" });
  const title = element("title", {});
  title.textContent = picture.description;
  root.append(title, ...picture.shapes.flatMap(drawn));
  return root;
}

/** Return the picture as an SVG file. */
export function svgFile(picture: Picture, font: string): Blob {
  const source = new XMLSerializer().serializeToString(svgOf(picture, font));
  return new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${source}\n`], { type: "image/svg+xml" });
}
