/**
 * Clipboard: copies a text by the Clipboard API, or by a selection where that API is missing or refuses, and returns whether the copy
 * succeeded.
 */

/** Copy a text to the clipboard; return whether that succeeded. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Copy a file of a type to the clipboard; return whether that succeeded. A browser without such a clipboard refuses. */
export async function copyBlob(type: string, file: Promise<Blob | null>): Promise<boolean> {
  try {
    const made = file.then((blob) => blob ?? Promise.reject(new Error("There is no file to copy.")));
    await navigator.clipboard.write([new ClipboardItem({ [type]: made })]);
    return true;
  } catch {
    return false;
  }
}

/** Copy by a selection. The Clipboard API exists in secure contexts only, not on a page that came over plain http from another machine. */
function copySelected(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "hidden";
  field.value = text;
  document.body.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else copies without a secure context
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
