/** Saving of a file: hands a file that the page made to the reader, as a download. */

/** Milliseconds until the address of a saved file is given up; the browser has read it by then. */
const ADDRESS_KEPT_MS = 30_000;

/** Save a file under a name. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), ADDRESS_KEPT_MS);
}
