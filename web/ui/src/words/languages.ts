/**
 * Languages of the page: choose the one of the setting or of the browser, load its words on demand, and set words, formats and the
 * language of the document. A language is a folder of `words/` and an entry of `LOADERS` and `LANGUAGE_NAMES`.
 */
import { setLocale } from "../text/locale";
import { setWords } from ".";
import type { WordTables } from "./table";

export type Language = "en" | "de";

const LOADERS: Record<Language, () => Promise<WordTables>> = {
  en: () => import("./en/english"),
  de: () => import("./de/german"),
};

/** Names of the languages, each in itself. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", de: "Deutsch" };

export const LANGUAGES = Object.keys(LANGUAGE_NAMES) as Language[];

/** Text shown when the words of a language or the page itself cannot be loaded, as after a deploy that renamed their files. */
export const NOT_LOADED: Record<Language, string> = {
  en: "The page has changed, and a part of it could not be loaded. Load it again.",
  de: "Die Seite hat sich geändert, und ein Teil konnte nicht geladen werden. Bitte lade sie neu.",
};

/**
 * Return the language of the page, and the locale of its numbers and dates. `setting`: a language, or "system" for the first of the
 * browser's languages that the page has; English if it has none. The locale is the browser's own of that language ("de-AT").
 */
export function pickLanguage(setting: Language | "system", preferred: readonly string[]): { language: Language; locale: string } {
  const languageOf = (tag: string): string => tag.toLowerCase().split("-")[0] ?? "";
  const isKnown = (tag: string): tag is Language => (LANGUAGES as string[]).includes(tag);
  const language = setting === "system" ? preferred.map(languageOf).find(isKnown) ?? "en" : setting;
  return { language, locale: preferred.find((tag) => languageOf(tag) === language && isLocale(tag)) ?? language };
}

function isLocale(tag: string): boolean {
  return /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/iu.test(tag);
}

/** Locale of the words that are shown. */
let shown = "";

/** Return the locale of the words that are shown: another one after each change of the language. */
export function shownLocale(): string {
  return shown;
}

/** Load the words of a language and show them from now on. Raises the error of the browser where they cannot be loaded. */
export async function showLanguage(language: Language, locale: string): Promise<void> {
  const tables = await LOADERS[language]();
  setLocale(locale, tables.timeUnits);
  setWords(tables);
  shown = locale;
  document.documentElement.lang = language;
}
