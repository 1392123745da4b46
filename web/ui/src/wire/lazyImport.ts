/** Loads a part of the page that comes later. After a deploy its file may have another name: then the page says so, and goes on without. */

/** Return the part, or null where it could not be loaded. */
export async function lazyImport<T>(load: () => Promise<T | undefined>): Promise<T | null> {
  try {
    // Vite answers nothing where the page takes care of the failure itself.
    return (await load()) ?? null;
  } catch {
    reportMissingChunk();
    return null;
  }
}

/** Tell the page that a part could not be loaded, by the event that Vite has for it. */
export function reportMissingChunk(): void {
  dispatchEvent(new Event("vite:preloadError", { cancelable: true }));
}
