/**
 * Hook that calls a function in the next animation frame while there is more work, and cancels the call when the view is drawn again or
 * removed. It divides work into slices, one a frame, so that no frame of the reader's waits for all of the work.
 */
import { useLayoutEffect } from "preact/hooks";

/** Call `then` in the next animation frame if there is more work. Cancelled when the view is removed. */
export function useNextFrame(more: boolean, then: () => void): void {
  useLayoutEffect(() => {
    if (!more) return;
    const frame = requestAnimationFrame(then);
    return () => cancelAnimationFrame(frame);
  });
}
