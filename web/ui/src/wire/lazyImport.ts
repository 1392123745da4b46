/**
 * Lazy import: loads a chunk of the page on demand and returns null where that fails. After a deploy the chunk's file may have another
 * name: the page then reports by Vite's event `vite:preloadError` that it is out of date, and continues without the chunk.
 */

/** Return the chunk, or null where it could not be loaded. */
export async function lazyImport<T>(load: () => Promise<T | undefined>): Promise<T | null> {
  try {
    // Vite resolves with undefined where a listener of `vite:preloadError` prevented the default.
    return (await load()) ?? null;
  } catch {
    reportMissingChunk();
    return null;
  }
}

/** Report a chunk that could not be loaded, by Vite's own event. */
export function reportMissingChunk(): void {
  dispatchEvent(new Event("vite:preloadError", { cancelable: true }));
}
