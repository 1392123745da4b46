/** Work that is done in bites, one a frame, so that no frame of the reader's waits for all of it. */
import { useLayoutEffect } from "preact/hooks";

/** Call back in the next frame, if there is more to do. Stops with the view. */
export function useNextFrame(more: boolean, then: () => void): void {
  useLayoutEffect(() => {
    if (!more) return;
    const frame = requestAnimationFrame(then);
    return () => cancelAnimationFrame(frame);
  });
}
