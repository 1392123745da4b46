/**
 * Files of pictures: makes a picture in the colours of a theme, and saves it as SVG or PNG or copies it as PNG. It also hands on the
 * builders of the pictures, so that all of it is one chunk.
 */
import type { PictureColours } from "../../stats/picture/picture";
import { copyBlob } from "../deck/clipboard";
import { saveFile } from "../saveFile";
import { measureWith, pngFile } from "./drawPng";
import { svgFile } from "./drawSvg";
import type { MakePicture } from "./PictureButton";
import { pictureFacts, pictureFileName, type PictureSubject } from "./pictureFacts";

export { timePicture } from "../../stats/picture/timePicture";
export { barsPicture, cloudPicture } from "../../stats/picture/wordPictures";

const HEATS = [0, 1, 2, 3, 4];

/** Return the colours of the theme that is shown, or of the light or dark one. */
function coloursOf(shade: "shown" | "light" | "dark"): PictureColours {
  const root = document.documentElement;
  const shown = root.dataset.theme ?? "system";
  // Another theme is set while its colours are read; the browser draws nothing meanwhile.
  if (shade !== "shown") root.dataset.theme = shade;
  const style = getComputedStyle(root);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const found = {
    plane: colour("--plane"), text: colour("--text"), muted: colour("--muted"), line: colour("--line"), bar: colour("--bar"), accent: colour("--accent"),
    accentSoft: colour("--accent-soft"), amber: colour("--amber"), heat: HEATS.map((heat) => colour(`--heat-${heat}`)),
  };
  root.dataset.theme = shown;
  return found;
}

/** Make a picture, and save or copy it; return what became of it. */
export async function produce(subject: PictureSubject, make: MakePicture, what: "svg" | "png" | "copy", shade: "shown" | "light" | "dark"): Promise<"saved" | "copied" | "failed"> {
  const now = Date.now();
  const facts = pictureFacts(subject, now);
  const font = getComputedStyle(document.body).fontFamily;
  const picture = make(facts, coloursOf(shade), measureWith(font));
  if (what === "svg") return save(svgFile(picture, font), pictureFileName(facts.title, now, "svg"));
  // The clipboard wants the promise within the press: Safari forgets the press while a picture is drawn.
  const png = pngFile(picture, font);
  if (what === "copy") return (await copyBlob("image/png", png)) ? "copied" : "failed";
  const file = await png;
  return file ? save(file, pictureFileName(facts.title, now, "png")) : "failed";
}

function save(file: Blob, name: string): "saved" {
  saveFile(file, name);
  return "saved";
}
