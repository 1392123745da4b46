import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
// @ts-expect-error -- a configuration has no types of its own
import { markup, wordsInState, wordsInViews } from "../../../eslint.config.js";

const REFUSED = [
  "box.innerHTML = text", "box.outerHTML = text", "box.insertAdjacentHTML('beforeend', text)", "frame.srcdoc = text", "document.write(text)",
  "document.writeln(text)", "window.document.write(text)", "new DOMParser()", "new window.DOMParser()", "parser.parseFromString(text, 'text/html')",
  "range.createContextualFragment(text)", "box.setHTMLUnsafe(text)", "Document.parseHTMLUnsafe(text)", "frame.setAttribute('srcdoc', text)",
  "box.setAttribute('onclick', text)", "x = <p dangerouslySetInnerHTML={text} />", "x = <iframe srcdoc={text} />", "x = <p innerHTML={text} />",
];
const ACCEPTED = ["box.textContent = text", "stream.write(text)", "box.setAttribute('role', 'alert')", "x = <p title={text} />"];

function errorCount(code: string, rules: unknown = markup): number {
  return new Linter().verify(code, { languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } }, rules: rules as never }).length;
}

const syntax = (selectors: unknown): unknown => ({ "no-restricted-syntax": ["error", ...(selectors as unknown[])] });
const IN_VIEWS = syntax(wordsInViews);
const IN_STATE = syntax(wordsInState);

describe("the markup rules", () => {
  it.each(REFUSED)("refuse %s", (code) => expect(errorCount(code)).toBeGreaterThan(0));
  it.each(ACCEPTED)("accept %s", (code) => expect(errorCount(code)).toBe(0));
});

describe("the rules for words that readers see", () => {
  it.each(["x = <p>Show all posts</p>", "x = <p title=\"Close\" />", "x = <p aria-label={`Remove ${one}`} />", "x = <p>{open ? \"Hide\" : \"Show\"}</p>", "x = <p>{n} loaded</p>"])(
    "refuse words in a view: %s", (code) => expect(errorCount(code, IN_VIEWS)).toBeGreaterThan(0));
  it.each(["x = <p class=\"plain round\">{words.show}</p>", "x = <b>✓</b>", "x = <p title={words.close}> @{handle}</p>", "x = <i name=\"access_token\" />"])(
    "accept %s", (code) => expect(errorCount(code, IN_VIEWS)).toBe(0));
  it.each(["say('Store away')", "say(`${n} new posts`)", "x = { cause: 'Nothing is stored yet.' }"])(
    "refuse words in state or wire: %s", (code) => expect(errorCount(code, IN_STATE)).toBeGreaterThan(0));
  it.each(["x = 'signed-out'", "x = `/api/stream?${params}`", "throw new Error('No column is selected.')", "x = 'SOURCE=bluesky make run'"])(
    "accept %s", (code) => expect(errorCount(code, IN_STATE)).toBe(0));
});
