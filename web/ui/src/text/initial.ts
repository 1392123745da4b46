/**
 * Author initial: the first letter or digit of an author's name, else of the handle, in upper case, or "·"; an avatar shows it where there
 * is no picture.
 */

/** Return the first letter or digit of the name, else of the handle, in upper case; "·" where both have none. */
export function initialOf(name: string, handle: string): string {
  const letter = /[\p{L}\p{N}]/u.exec(name) ?? /[\p{L}\p{N}]/u.exec(handle);
  return letter ? letter[0].toUpperCase() : "·";
}
