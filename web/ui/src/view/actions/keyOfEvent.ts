/**
 * Key of an event: the single key that a reader pressed, as its character on a Latin keyboard, on whatever layout.
 *
 * On a layout of Latin letters the character counts: "j" is where the reader's j is. On any other (Cyrillic, Greek, Hebrew, Arabic …) the
 * place of the key counts (`KeyboardEvent.code`, W3C UI Events), for signs as well, because they lie elsewhere there than on a Latin one.
 * The browser tells the layout where it can (`Keyboard.getLayoutMap`, Chromium only); elsewhere the last letter that was pressed does. A key
 * with a letter that is not in ASCII counts by its place on a Latin layout too: `[` is "ü" on a German keyboard.
 */

/** Characters of places, without and with shift, on the keyboard of the United States. */
const PLACES: Record<string, [plain: string, shifted: string]> = {
  Slash: ["/", "?"], Period: [".", ">"], Comma: [",", "<"], BracketLeft: ["[", "{"], BracketRight: ["]", "}"], Space: [" ", " "],
};
const LETTER_PLACE = /^Key([A-Z])$/u;

type LayoutMap = ReadonlyMap<string, string>;

let layout: LayoutMap | null = null;
/** Whether the last letter that was pressed was none of ASCII. */
let otherLetters = false;

/** Read the layout of the keyboard where the browser tells it, and read it again when the page gets the focus: it may be another. */
export function watchLayout(): () => void {
  const { keyboard } = navigator as Navigator & { keyboard?: { getLayoutMap?: () => Promise<LayoutMap> } };
  // It is refused in frames of other sites: then the pressed letters tell.
  const read = (): void => void keyboard?.getLayoutMap?.().then((map) => { layout = map; }, () => { layout = null; });
  read();
  addEventListener("focus", read);
  return () => removeEventListener("focus", read);
}

/** Return the character at the place of a key; null where no shortcut lies. */
function characterAt(code: string, shift: boolean): string | null {
  const letter = LETTER_PLACE.exec(code)?.[1];
  if (letter) return shift ? letter : letter.toLowerCase();
  return PLACES[code]?.[shift ? 1 : 0] ?? null;
}

const isAscii = (text: string): boolean => /^[ -~]$/u.test(text);

function isOtherLayout(): boolean {
  const letter = layout?.get("KeyJ");
  return letter === undefined ? otherLetters : !isAscii(letter);
}

/** Return the pressed single key, as its character on a Latin keyboard; a key that has another meaning ("Enter") as it is. */
export function keyOfEvent({ key, code, shiftKey }: Pick<KeyboardEvent, "key" | "code" | "shiftKey">): string {
  if ([...key].length !== 1) return key;
  if (LETTER_PLACE.test(code)) otherLetters = !isAscii(key);
  if (isAscii(key) && !isOtherLayout()) return key;
  return characterAt(code, shiftKey) ?? key;
}

/** Return what is printed on the key of a Latin character on the reader's keyboard, where that is known and differs: "о" for "j". */
export function printedOn(character: string): string | null {
  const code = /^[a-z]$/u.test(character) ? `Key${character.toUpperCase()}` : Object.keys(PLACES).find((place) => PLACES[place]?.[0] === character);
  const printed = code && isOtherLayout() ? layout?.get(code) : undefined;
  return printed && printed !== character ? printed : null;
}
