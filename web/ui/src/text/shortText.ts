/** Short texts: titles of one line, and random letters of ids. */

/** Return a text as one line without spaces around it, cut to a number of code points. */
export function oneLine(text: string, maxLength: number): string {
  return [...text.replace(/\s+/gu, " ").trim()].slice(0, maxLength).join("");
}

/** Return a random text of `[a-z0-9]`. */
export function randomText(length: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => (byte % 36).toString(36)).join("");
}
