/**
 * Bidi isolation: puts foreign text between Unicode isolates and removes its bidi control characters, so that it cannot change the writing
 * direction of the sentence around it. Printable ASCII stays as it is. It serves titles, labels and messages, where no `<bdi>` element is
 * possible.
 */

/** Bidi control characters: one of them could reverse the rest of the sentence. */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Printable ASCII: it runs from left to right, as the words of the page do, and needs no isolation. */
const PRINTABLE_ASCII = /^[ -~]*$/u;

/** Return a text between bidi isolates and without bidi control characters. Printable ASCII is returned as it is. */
export function isolate(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : `\u2068${text.replace(BIDI_CONTROLS, "")}\u2069`;
}
