import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
// @ts-expect-error -- a configuration has no types of its own
import { markup } from "../../../eslint.config.js";

const REFUSED = [
  "box.innerHTML = text", "box.outerHTML = text", "box.insertAdjacentHTML('beforeend', text)", "frame.srcdoc = text", "document.write(text)",
  "document.writeln(text)", "window.document.write(text)", "new DOMParser()", "new window.DOMParser()", "parser.parseFromString(text, 'text/html')",
  "range.createContextualFragment(text)", "box.setHTMLUnsafe(text)", "Document.parseHTMLUnsafe(text)", "frame.setAttribute('srcdoc', text)",
  "box.setAttribute('onclick', text)", "x = <p dangerouslySetInnerHTML={text} />", "x = <iframe srcdoc={text} />", "x = <p innerHTML={text} />",
];
const FINE = ["box.textContent = text", "stream.write(text)", "box.setAttribute('role', 'alert')", "x = <p title={text} />"];

function faults(code: string): number {
  const linter = new Linter();
  return linter.verify(code, { languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } }, rules: markup as never }).length;
}

describe("the rules of this project", () => {
  it.each(REFUSED)("refuse %s", (code) => expect(faults(code)).toBeGreaterThan(0));
  it.each(FINE)("let %s pass", (code) => expect(faults(code)).toBe(0));
});
