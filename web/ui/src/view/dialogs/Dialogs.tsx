/** What opens over the page. One at a time, modal, closed by Escape; the focus goes back to where it was before the first. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { ColumnMenu } from "./ColumnMenu";
import { CoverageDialog } from "./CoverageDialog";
import { HelpAndSettings } from "./HelpAndSettings";
import { CloseSign } from "../icons";
import { SearchSyntax } from "./SearchSyntax";
import { SavedSearches } from "./SavedSearches";
import { SignInForm } from "./SignInForm";
import * as dialogWords from "../../words/dialogs";
import { DIALOG_TITLES } from "../../words/dialogs";

function Modal({ desk, title, children }: { desk: Desk; title: string; children: ComponentChildren }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  // A mouse that goes down in a field and up outside, to select its text, closes nothing.
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
          <button class="plain round" aria-label={dialogWords.close} onClick={() => dialog.current?.close()}><CloseSign /></button>
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
    <Modal key={dialog} desk={desk} title={DIALOG_TITLES[dialog]}>
      {dialog === "help" ? <HelpAndSettings desk={desk} /> : null}
      {dialog === "language" ? <SearchSyntax desk={desk} /> : null}
      {dialog === "coverage" ? <CoverageDialog desk={desk} /> : null}
      {dialog === "saved" ? <SavedSearches desk={desk} /> : null}
      {dialog === "column" ? <ColumnMenu desk={desk} /> : null}
      {dialog === "sign-in" ? <SignInForm /> : null}
    </Modal>
  );
}
