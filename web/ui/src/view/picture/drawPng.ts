/**
 * Drawing of a picture on a canvas, twice as large, as a PNG file. The shapes are drawn one by one: the page's security policy lets no
 * picture be loaded from a text. `measureWith` measures texts as the canvas draws them.
 */
import type { Measure, Picture, Shape } from "../../stats/picture/picture";
import { stripesOf } from "./drawSvg";

const SCALE = 2;
const WEIGHTS = { bold: 600, regular: 400 };

function fontOf(size: number, bold: boolean, font: string): string {
  return `${bold ? WEIGHTS.bold : WEIGHTS.regular} ${size}px ${font}`;
}

/** Return a measure of texts in a font. */
export function measureWith(font: string): Measure {
  const context = document.createElement("canvas").getContext("2d");
  return (text, size, bold) => {
    if (!context) return text.length * size;
    context.font = fontOf(size, bold, font);
    return context.measureText(text).width;
  };
}

function draw(context: CanvasRenderingContext2D, shape: Shape, font: string): void {
  switch (shape.kind) {
    case "rect":
      context.fillStyle = shape.fill;
      context.fillRect(shape.x, shape.y, shape.width, shape.height);
      return;
    case "path":
      context.beginPath();
      for (const [x, y] of shape.points) context.lineTo(x, y);
      if (shape.fill) {
        context.fillStyle = shape.fill;
        context.fill();
      }
      if (shape.width) stroke(context, shape.stroke, shape.width);
      return;
    case "stripes":
      context.save();
      context.beginPath();
      context.rect(shape.x, shape.y, shape.width, shape.height);
      context.clip();
      context.beginPath();
      for (const [x, y, endX, endY] of stripesOf(shape)) {
        context.moveTo(x, y);
        context.lineTo(endX, endY);
      }
      stroke(context, shape.stroke, shape.line);
      context.restore();
      return;
    case "text":
      context.font = fontOf(shape.size, shape.bold, font);
      context.fillStyle = shape.fill;
      context.direction = shape.rtl ? "rtl" : "ltr";
      context.textAlign = shape.anchor === "middle" ? "center" : shape.anchor;
      context.fillText(shape.text, shape.x, shape.y);
  }
}

function stroke(context: CanvasRenderingContext2D, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.stroke();
}

/** Return the picture as a PNG file; null where the browser gives no canvas. */
export function pngFile(picture: Picture, font: string): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = picture.width * SCALE;
  canvas.height = picture.height * SCALE;
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  context.scale(SCALE, SCALE);
  for (const shape of picture.shapes) draw(context, shape, font);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
