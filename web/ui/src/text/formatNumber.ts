/**
 * Number formats: write numbers in full ("18,204") and in short ("1.7K"), rates, frequencies with their unit, and counts with their noun,
 * as a reader of English expects them.
 */

const UNITS = ["", "K", "M", "B", "T"];

/** Return a number in short form: 1,700 → "1.7K". */
export function formatCompact(value: number): string {
  let unit = 0;
  while (tenths(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit ? `${formatNumber(tenths(value))}${UNITS[unit]}` : formatNumber(value);
}

/** Return a number in full, with separators: 18204 → "18,204". */
export function formatNumber(value: number): string {
  const [whole = "", rest] = String(value).split(".");
  const parted = whole.replace(/\B(?=(?:\d{3})+$)/gu, ",");
  return rest ? `${parted}.${rest.slice(0, 3)}` : parted;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Return a rate: "0.4", "12", "1.2K". */
export function formatRate(value: number): string {
  return value > 0 && value < 10 ? String(Math.round(value * 10) / 10) : formatCompact(Math.round(value));
}

/** Return how often something happened in a span, as value and unit: a minute, or an hour or a day where the rate is low. */
export function formatFrequency(count: number, spanMs: number): [value: string, unit: string] {
  const perDay = (count * 86_400_000) / Math.max(1, spanMs);
  if (perDay >= 144 || !count) return [formatRate(perDay / 1440), "min"];
  return perDay >= 2.4 ? [formatRate(perDay / 24), "h"] : [perDay >= 0.1 ? formatRate(perDay) : "<0.1", "d"];
}

/** Return a count with its noun: "1 post", "2 posts". */
export function formatCount(value: number, one: string, many = `${one}s`): string {
  return `${formatNumber(value)} ${value === 1 ? one : many}`;
}
