// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { nextItem } from "../../src/view/menus/Menu";
import { textOfLink, wordInText } from "../../src/view/menus/menuEvents";

const LABELS = ["Conversation", "Pin", "Copy link", "\u2068@ada\u2069"];

describe("the keys of a menu", () => {
  it.each([
    ["ArrowDown", 0, 1], ["ArrowDown", 3, 0], ["ArrowUp", 0, 3], ["ArrowUp", -1, 3], ["Home", 2, 0], ["End", 0, 3], ["PageDown", 0, 3],
    ["c", 0, 2], ["c", 2, 0], ["P", -1, 1], ["a", 0, 3], ["z", 0, null], ["Shift", 0, null], [" ", 0, null],
  ] as [string, number, number | null][])("%s leads from %i to %s", (key, at, expected) => {
    expect(nextItem(key, at, LABELS)).toBe(expected);
  });

  it("lead nowhere in an empty menu", () => {
    expect(nextItem("ArrowDown", -1, [])).toBeNull();
  });
});

describe("the word under a pointer", () => {
  it.each([
    ["the ferry, late", 5, "ferry", "ferry"], ["the ferry, late", 9, null, null], ["coca-cola", 6, "cola", "cola"], ["東京へ", 1, "京", "京"],
    ["see OR", 5, "OR", '"OR"'],
  ] as [string, number, string | null, string | null][])("in %j at %i is %s", (text, offset, word, term) => {
    const found = wordInText(text, offset);
    expect([found?.text ?? null, found?.term ?? null]).toEqual([word, term]);
  });
});

describe("the text of a link", () => {
  it.each([0, 1])("is that of the whole tag where a marked word splits it, also on part %i", (part) => {
    const links = ["#tea", "#", "coffee"].map((text) => Object.assign(document.createElement("a"), { textContent: text }));
    links.forEach((one, at) => { one.dataset.term = at ? "#coffee" : "#tea"; });
    document.body.replaceChildren(...links);
    const link = document.querySelectorAll<HTMLElement>('[data-term="#coffee"]')[part];
    expect(link && textOfLink(link)).toBe("#coffee");
  });
});
