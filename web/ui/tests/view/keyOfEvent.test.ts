import { beforeEach, describe, expect, it } from "vitest";
import { keyOfEvent } from "../../src/view/actions/keyOfEvent";

/** What a press gives on a layout: character, place, and the key it counts as. */
const LAYOUTS: Record<string, [key: string, code: string, counts: string, shift?: boolean][]> = {
  "United States": [["j", "KeyJ", "j"], ["/", "Slash", "/"], ["?", "Slash", "?", true], ["[", "BracketLeft", "["], ["Enter", "Enter", "Enter"], [" ", "Space", " "]],
  German: [["z", "KeyY", "z"], ["j", "KeyJ", "j"], ["-", "Slash", "-"], ["/", "Digit7", "/", true], ["?", "Minus", "?", true], ["ü", "BracketLeft", "["]],
  French: [["a", "KeyQ", "a"], ["m", "Semicolon", "m"], [",", "KeyM", ","]],
  Dvorak: [["h", "KeyJ", "h"], ["j", "KeyC", "j"]],
  Russian: [["о", "KeyJ", "j"], [".", "Slash", "/"], [",", "Slash", "?", true], ["ю", "Period", "."], ["х", "BracketLeft", "["], ["ъ", "BracketRight", "]"]],
  Greek: [["ξ", "KeyJ", "j"], ["κ", "KeyK", "k"], ["/", "Slash", "/"]],
  Hebrew: [["ח", "KeyJ", "j"], [".", "Slash", "/"], ["ץ", "Period", "."], ["]", "BracketLeft", "["]],
  Arabic: [["ت", "KeyJ", "j"], ["ظ", "Slash", "/"], ["ز", "Period", "."], ["ج", "BracketLeft", "["]],
};

describe("single keys", () => {
  beforeEach(() => void keyOfEvent({ key: "a", code: "KeyA", shiftKey: false }));
  it.each(Object.entries(LAYOUTS))("are those of the reader's layout: %s", (_layout, presses) => {
    for (const [key, code, counts, shiftKey = false] of presses) expect(keyOfEvent({ key, code, shiftKey }), `${key} at ${code}`).toBe(counts);
  });
});
