/** What opens over the page. One at a time, modal, closed by Escape; the focus goes back to where it was before the first. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Page } from "../state/page";
import { ColumnMenu } from "./ColumnMenu";
import { Coverage } from "./Coverage";
import { Help } from "./Help";
import { CloseSign } from "./icons";
import { Language } from "./Language";
import { Saved } from "./Saved";
import { SignIn } from "./SignIn";

const TITLES = {
  help: "Help and settings", language: "The search language", coverage: "Coverage and gaps", saved: "Searches", column: "This column", "sign-in": "Sign in",
};

function Modal({ page, title, children }: { page: Page; title: string; children: ComponentChildren }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={() => page.open(null)}
      onClick={(event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
      <div class="dialog-box">
        <header>
          <h2 id="dialog-title">{title}</h2>
          <button class="plain round" aria-label="Close" onClick={() => dialog.current?.close()}><CloseSign /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

export function Dialogs({ page }: { page: Page }): JSX.Element | null {
  const { dialog } = page;
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
    <Modal key={dialog} page={page} title={TITLES[dialog]}>
      {dialog === "help" ? <Help page={page} /> : null}
      {dialog === "language" ? <Language page={page} /> : null}
      {dialog === "coverage" ? <Coverage page={page} /> : null}
      {dialog === "saved" ? <Saved page={page} /> : null}
      {dialog === "column" ? <ColumnMenu page={page} /> : null}
      {dialog === "sign-in" ? <SignIn /> : null}
    </Modal>
  );
}
