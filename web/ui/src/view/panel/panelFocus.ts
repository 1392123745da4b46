/**
 * Panel focus: a hook that moves the focus into the insight panel when the reader opens it by key or as a drawer, and back to the former
 * element (or the list, if that is gone) when the panel closes.
 */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "../../state/desk";

export function usePanelFocus(desk: Desk, open: boolean): void {
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (open && desk.panel.takesFocus) {
      before.current = document.activeElement;
      document.getElementById("panel")?.focus();
    } else if (!open && before.current) {
      const back = before.current.isConnected ? before.current : document.getElementById("list");
      if (document.activeElement === document.body && back instanceof HTMLElement) back.focus();
      before.current = null;
    }
    desk.panel.focusTaken();
  }, [desk, open]);
}
