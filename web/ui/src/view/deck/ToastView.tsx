/**
 * Toast: shows the current short message over the page, with Undo where undo is possible, and keeps it open while the pointer or the focus
 * is on it. Its live region is always in the document, so that screen readers announce new texts.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { deckWords } from "../../words";

export function ToastView({ desk }: { desk: Desk }): JSX.Element {
  const toast = desk.toasts.current;
  const keep = (kept: boolean) => () => desk.toasts.keepOpen(kept);
  return (
    <div class="toast-place" data-home="#list">
      <div class={toast ? "toast" : "toast none"} onMouseEnter={keep(true)} onMouseLeave={keep(false)} onFocusIn={keep(true)} onFocusOut={keep(false)}>
        <span role="status">{toast?.text}</span>
        {toast?.undo ? <button aria-keyshortcuts={desk.settings.keys ? "u" : undefined} onClick={() => desk.undo()}>{deckWords.toastUndo}</button> : null}
      </div>
    </div>
  );
}
