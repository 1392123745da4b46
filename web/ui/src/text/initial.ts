/** The initial of an author, shown where there is no picture. */

/** Return the first letter or digit of the name or, failing that, of the handle; "·" where there is none. */
export function initialOf(name: string, handle: string): string {
  const letter = /[\p{L}\p{N}]/u.exec(name) ?? /[\p{L}\p{N}]/u.exec(handle);
  return letter ? letter[0].toUpperCase() : "·";
}
