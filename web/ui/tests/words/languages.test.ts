import { describe, expect, it } from "vitest";
import { pickLanguage } from "../../src/words/languages";

describe("the language of the page", () => {
  it.each([
    ["system", ["en-US"], "en", "en-US"],
    ["system", ["de-AT", "en"], "de", "de-AT"],
    ["system", ["fr-CA", "DE", "en-GB"], "de", "DE"],
    ["system", ["ja"], "en", "en"],
    ["system", [], "en", "en"],
    ["de", ["en-GB"], "de", "de"],
    ["en", ["de-DE", "en-GB"], "en", "en-GB"],
    ["system", ["de_DE.UTF-8", "de-CH"], "de", "de-CH"],
  ] as const)("is for the setting %s and the browser's %j: %s, written as in %s", (setting, preferred, language, locale) => {
    expect(pickLanguage(setting, preferred)).toEqual({ language, locale });
  });
});
