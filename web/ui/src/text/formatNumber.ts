/**
 * Number formats of the reader's locale: write numbers in full ("18,204") and in short ("1.7K"), rates, shares, frequencies with their unit,
 * counts with their noun in the plural form of the language, and lists.
 */
import { cachedFormat, isPlainEnglish, timeUnits } from "./locale";

const UNITS = ["", "K", "M", "B", "T"];

/** Forms of a noun by the plural rules of a language (CLDR). */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Return a number in short form: 1,700 → "1.7K". */
export function formatCompact(value: number): string {
  if (!isPlainEnglish()) {
    return cachedFormat("compact", (locale) => new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 })).format(value);
  }
  let unit = 0;
  while (tenths(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit ? `${formatNumber(tenths(value))}${UNITS[unit]}` : formatNumber(value);
}

/** Return a number in full, with separators: 18204 → "18,204". */
export function formatNumber(value: number): string {
  if (!isPlainEnglish()) return cachedFormat("number", (locale) => new Intl.NumberFormat(locale)).format(value);
  const [whole = "", rest] = String(value).split(".");
  const parted = whole.replace(/\B(?=(?:\d{3})+$)/gu, ",");
  return rest ? `${parted}.${rest.slice(0, 3)}` : parted;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Return a rate: "0.4", "12", "1.2K". */
export function formatRate(value: number): string {
  return value > 0 && value < 10 ? formatNumber(tenths(value)) : formatCompact(Math.round(value));
}

/** Return a share of 1 in percent: 0.125 → "12.5 %" with one digit. */
export function formatPercent(share: number, digits = 0): string {
  if (isPlainEnglish()) return `${(share * 100).toFixed(digits)} %`;
  const options = { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return cachedFormat(`percent-${digits}`, (locale) => new Intl.NumberFormat(locale, options)).format(share);
}

/** Return how often something happened in a span, as value and unit: a minute, or an hour or a day where the rate is low. */
export function formatFrequency(count: number, spanMs: number): [value: string, unit: string] {
  const perDay = (count * 86_400_000) / Math.max(1, spanMs);
  const { minute, hour, day } = timeUnits();
  if (perDay >= 144 || !count) return [formatRate(perDay / 1440), minute];
  return perDay >= 2.4 ? [formatRate(perDay / 24), hour] : [perDay >= 0.1 ? formatRate(perDay) : `<${formatNumber(0.1)}`, day];
}

/** Return the form of a noun that goes with a count. */
export function pluralForm(value: number, forms: PluralForms): string {
  if (isPlainEnglish()) return (value === 1 ? forms.one : undefined) ?? forms.other;
  return forms[cachedFormat("plural", (locale) => new Intl.PluralRules(locale)).select(value)] ?? forms.other;
}

/** Return a count with its noun: "1 post", "2 posts". `one` may be the forms of a language that has others than these two. */
export function formatCount(value: number, one: string | PluralForms, many?: string): string {
  return `${formatNumber(value)} ${pluralForm(value, typeof one === "string" ? { one, other: many ?? `${one}s` } : one)}`;
}

/** Return names as a list: "Bluesky, X, and Mastodon". */
export function formatList(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return cachedFormat("list", (locale) => new Intl.ListFormat(locale, { type: "conjunction" })).format(names);
}
