/** Takes the focus into a panel that was opened to be gone to, and back to where it was when the panel closes. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Page } from "../state/page";

export function usePanelFocus(page: Page, open: boolean): void {
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (open && page.panel.goTo) {
      before.current = document.activeElement;
      document.getElementById("panel")?.focus();
    } else if (!open && before.current) {
      const back = before.current.isConnected ? before.current : document.getElementById("list");
      if (document.activeElement === document.body && back instanceof HTMLElement) back.focus();
      before.current = null;
    }
    page.panel.goTo = false;
  }, [page, open]);
}
