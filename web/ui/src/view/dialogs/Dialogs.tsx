/**
 * Modal dialogs, at most one at a time: opens the dialog that the desk names; closes it on Escape, its button or a click outside; and gives
 * the focus back to the control that had it. The contents (`DialogContent.tsx`) are loaded lazily after the first posts, or earlier when a
 * dialog opens; if they cannot be loaded, the dialog closes.
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { lazyImport } from "../../wire/lazyImport";
import { CloseSign } from "../icons";
import { deckWords } from "../../words";

type Content = typeof import("./DialogContent").DialogContent;
type PaletteContent = typeof import("../palette/Palette").Palette;

function Modal({ desk, title, children }: { desk: Desk; title: string; children: ComponentChildren }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  // A selection of text that starts in a field and ends outside the dialog does not close the dialog.
  const pressedOutside = useRef(false);
  useLayoutEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={() => desk.openDialog(null)}
      onPointerDown={(event) => { pressedOutside.current = event.target === dialog.current; }}
      onClick={(event) => { if (event.target === dialog.current && pressedOutside.current) dialog.current?.close(); }}>
      <div class="dialog-box" data-home="#dialog-title">
        <header>
          <h2 id="dialog-title" tabIndex={-1}>{title}</h2>
          <button class="plain round" aria-label={deckWords.closeDialog} onClick={() => dialog.current?.close()}><CloseSign /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

const loadContent = (): Promise<Content> => import("./DialogContent").then(({ DialogContent }) => DialogContent);
const loadPalette = (): Promise<PaletteContent> => import("../palette/Palette").then(({ Palette }) => Palette);

/**
 * Hook that loads a component; null until then. Each opened dialog tries again. If it cannot be loaded, the dialog closes, because the
 * notice "The page has changed" lies under it.
 */
function usePart<Part extends Content | PaletteContent>(desk: Desk, load: () => Promise<Part>, wanted: boolean): Part | null {
  const [content, setContent] = useState<Part | null>(null);
  const { dialog } = desk;
  useEffect(() => {
    if (content || !wanted) return;
    let current = true;
    void lazyImport(load).then((part) => {
      if (part) setContent(() => part);
      else if (current && dialog) desk.openDialog(null);
    });
    return () => { current = false; };
  }, [desk, dialog, load, wanted, content]);
  return content;
}

export function Dialogs({ desk }: { desk: Desk }): JSX.Element | null {
  const { dialog } = desk;
  const Content = usePart(desk, loadContent, (dialog !== null && dialog !== "palette") || desk.polling.started);
  const Palette = usePart(desk, loadPalette, dialog === "palette");
  const before = useRef<Element | null>(null);
  // Read before the dialog takes the focus. A dialog opened from another dialog returns to the control that opened the first.
  if (dialog && !before.current) before.current = document.activeElement;
  useLayoutEffect(() => {
    if (dialog) return;
    if (document.activeElement === document.body && before.current instanceof HTMLElement) before.current.focus();
    before.current = null;
  }, [dialog]);
  if (!dialog) return null;
  if (dialog === "palette") return <Modal key={dialog} desk={desk} title={deckWords.DIALOG_TITLES[dialog]}>{Palette ? <Palette desk={desk} /> : null}</Modal>;
  return <Modal key={dialog} desk={desk} title={deckWords.DIALOG_TITLES[dialog]}>{Content ? <Content desk={desk} name={dialog} /> : null}</Modal>;
}
