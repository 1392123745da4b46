/** Text of others inside a sentence of ours, where no element can stand around it: titles, labels, messages. */

/** Controls of writing direction; one of them could turn the rest of the sentence round. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Printable ASCII runs from left to right as our own words do, and needs no isolation. */
const ASCII = /^[ -~]*$/u;

/** Return a text that cannot change the direction of the words around it. Controls of direction in it are left out. */
export function isolate(text: string): string {
  return ASCII.test(text) ? text : `\u2068${text.replace(BIDI, "")}\u2069`;
}
