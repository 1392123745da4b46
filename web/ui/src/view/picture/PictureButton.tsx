/**
 * Button that saves or copies a chart as a picture: it opens a row with SVG, PNG, Copy and the choice of colours. The code that draws is a
 * chunk of its own, loaded at the first press. A toast says what became of it.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import type { Measure, Picture, PictureColours, PictureFacts } from "../../stats/picture/picture";
import { lazyImport } from "../../wire/lazyImport";
import { PictureSign } from "../icons";
import { deckWords, panelWords } from "../../words";
import type { PictureSubject } from "./pictureFacts";

/** Returns the picture of a chart, with facts, colours and measure given. */
export type MakePicture = (facts: PictureFacts, colours: PictureColours, measure: Measure) => Picture;

type Act = "svg" | "png" | "copy";
type Shade = "shown" | "light" | "dark";

interface Props {
  desk: Desk;
  /** Name of the button in the document. */
  id: string;
  /** Name of the chart, for who does not see the button. */
  chart: string;
  subject: () => PictureSubject;
  make: (drawing: typeof import("./pictureFiles")) => MakePicture | Promise<MakePicture>;
}

export function PictureButton({ desk, id, chart, subject, make }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const [shade, setShade] = useState<Shade>("shown");
  const button = useRef<HTMLButtonElement>(null);
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return;
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPress);
    return () => document.removeEventListener("pointerdown", onPress);
  }, [open]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const act = async (what: Act): Promise<void> => {
    const drawing = await lazyImport(() => import("./pictureFiles"));
    if (!drawing) return;
    const done = await drawing.produce(subject(), await make(drawing), what, shade);
    desk.showToast({ saved: deckWords.toastPictureSaved, copied: deckWords.toastPictureCopied, failed: deckWords.toastPictureFailed }[done]);
    if (done !== "failed") close();
  };
  return (
    <span class="picture" ref={place} onKeyDown={(event) => { if (event.key === "Escape" && open) { event.stopPropagation(); close(); } }}>
      <button ref={button} class="tiny" aria-label={panelWords.pictureOf(chart)} title={panelWords.pictureOf(chart)} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}><PictureSign /></button>
      {open ? (
        <span class="picture-row" id={id} role="group" aria-label={panelWords.pictureOf(chart)}>
          <button onClick={() => void act("png")}>{panelWords.pictureFormats.png}</button>
          <button onClick={() => void act("svg")}>{panelWords.pictureFormats.svg}</button>
          <button onClick={() => void act("copy")}>{panelWords.pictureCopy}</button>
          <select value={shade} aria-label={panelWords.pictureColours} onChange={(event) => setShade(event.currentTarget.value as Shade)}>
            {(["shown", "light", "dark"] as const).map((one) => <option key={one} value={one}>{panelWords.pictureShades[one]}</option>)}
          </select>
        </span>
      ) : null}
    </span>
  );
}
