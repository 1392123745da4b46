/**
 * Hook for printing: true from the moment a browser is about to print until it has. A list draws more cards then, because paper does not
 * scroll.
 */
import { options } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Cards of a list that are printed at most. */
export const PRINTED_MAX = 200;

export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const set = (to: boolean) => (): void => {
      // The browser prints what is drawn when the event returns, so that nothing may wait for the next frame. Nothing else sets this option.
      options.debounceRendering = (draw) => draw();
      setPrinting(to);
      delete options.debounceRendering;
    };
    const [begin, end] = [set(true), set(false)];
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, []);
  return printing;
}
