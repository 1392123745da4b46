/** What opens over the page. One at a time, modal, closed by Escape; the focus goes back to where it was before the first. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { ColumnMenu } from "./ColumnMenu";
import { Coverage } from "./CoverageDialog";
import { Help } from "./HelpAndSettings";
import { CloseSign } from "../icons";
import { Language } from "./SearchSyntax";
import { Saved } from "./SavedSearches";
import { SignIn } from "./SignInForm";

const TITLES = {
  help: "Help and settings", language: "The search language", coverage: "Coverage and gaps", saved: "Searches", column: "This column", "sign-in": "Sign in",
};

function Modal({ desk, title, children }: { desk: Desk; title: string; children: ComponentChildren }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  // A mouse that goes down in a field and up outside, to select its text, closes nothing.
  const pressedOutside = useRef(false);
  useLayoutEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={() => desk.open(null)}
      onPointerDown={(event) => { pressedOutside.current = event.target === dialog.current; }}
      onClick={(event) => { if (event.target === dialog.current && pressedOutside.current) dialog.current?.close(); }}>
      <div class="dialog-box" data-home="#dialog-title">
        <header>
          <h2 id="dialog-title" tabIndex={-1}>{title}</h2>
          <button class="plain round" aria-label="Close" onClick={() => dialog.current?.close()}><CloseSign /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

export function Dialogs({ desk }: { desk: Desk }): JSX.Element | null {
  const { dialog } = desk;
  const before = useRef<Element | null>(null);
  // Asked before the dialog is drawn and takes the focus. One that another took the place of is gone when the browser would go back to it.
  if (dialog && !before.current) before.current = document.activeElement;
  useLayoutEffect(() => {
    if (dialog) return;
    if (document.activeElement === document.body && before.current instanceof HTMLElement) before.current.focus();
    before.current = null;
  }, [dialog]);
  if (!dialog) return null;
  return (
    <Modal key={dialog} desk={desk} title={TITLES[dialog]}>
      {dialog === "help" ? <Help desk={desk} /> : null}
      {dialog === "language" ? <Language desk={desk} /> : null}
      {dialog === "coverage" ? <Coverage desk={desk} /> : null}
      {dialog === "saved" ? <Saved desk={desk} /> : null}
      {dialog === "column" ? <ColumnMenu desk={desk} /> : null}
      {dialog === "sign-in" ? <SignIn /> : null}
    </Modal>
  );
}
