/**
 * Focus fallback: moves the focus to another element when the focused control is removed or disabled. The browser would give the focus to
 * the body, so that a keyboard reader would start again at the top of the page. The attribute `data-home` of an ancestor holds the selector
 * of the element that then gets the focus; without one the list or the search box gets it.
 */
import { useEffect } from "preact/hooks";

/** Selectors tried when no ancestor names an element. */
const LAST_HOMES = ["#list", "#search"];

function homesOf(element: Element): string[] {
  const homes: string[] = [];
  for (let at = element.closest<HTMLElement>("[data-home]"); at; at = at.parentElement?.closest<HTMLElement>("[data-home]") ?? null)
    if (at.dataset.home) homes.push(at.dataset.home);
  // A dialog gives the focus back by itself (`Dialogs.tsx`).
  return element.closest("dialog") ? homes : [...homes, ...LAST_HOMES];
}

const lost = (element: Element): boolean => !element.isConnected || element.matches(":disabled");

/** Watch the focus for as long as the page is shown. */
export function useFocusFallback(): void {
  useEffect(() => {
    let last: Element | null = null;
    let homes: string[] = [];
    function onFocusIn({ target }: FocusEvent): void {
      if (!(target instanceof Element) || target === document.body) return;
      last = target;
      homes = homesOf(target);
    }
    function onFocusOut({ target, relatedTarget }: FocusEvent): void {
      // The event comes before a removed element has left the document.
      void Promise.resolve().then(() => {
        if (relatedTarget === null && target === last && target instanceof Element && !lost(target)) last = null;
      });
    }
    function look(): void {
      if (!last || !lost(last) || (document.activeElement && document.activeElement !== document.body)) return;
      last = null;
      for (const home of homes) {
        document.querySelector<HTMLElement>(home)?.focus({ preventScroll: true });
        if (document.activeElement !== document.body) return;
      }
    }
    const watch = new MutationObserver(look);
    watch.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
    document.addEventListener("focusin", onFocusIn);
    document.addEventListener("focusout", onFocusOut);
    return () => {
      watch.disconnect();
      document.removeEventListener("focusin", onFocusIn);
      document.removeEventListener("focusout", onFocusOut);
    };
  }, []);
}
