/**
 * Locale: the one by which numbers, dates, plurals and lists are written, and the signs of its units of time. Words choose it
 * (`words/languages.ts`); until then it is the English of the United States.
 *
 * That English is written without `Intl`, because the first object of `Intl` costs the first view some 30 ms. Tests hold both ways equal.
 */

export interface TimeUnits {
  second: string;
  minute: string;
  hour: string;
  day: string;
}

const PLAIN = "en-US";

let locale = PLAIN;
let units: TimeUnits = { second: "s", minute: "min", hour: "h", day: "d" };
const formats = new Map<string, unknown>();

/** Set the locale of all formats (a BCP 47 tag) and its units of time. */
export function setLocale(tag: string, timeUnits: TimeUnits): void {
  locale = tag;
  units = timeUnits;
  formats.clear();
}

export function currentLocale(): string {
  return locale;
}

export function timeUnits(): TimeUnits {
  return units;
}

/** Return whether the formats are written without `Intl`. */
export function isPlainEnglish(): boolean {
  return locale === PLAIN || locale === "en";
}

/** Return a format of `Intl` for the locale, made at its first use. `name` names format and options. */
export function cachedFormat<T>(name: string, make: (locale: string) => T): T {
  let format = formats.get(name) as T | undefined;
  if (format === undefined) {
    format = make(locale);
    formats.set(name, format);
  }
  return format;
}
