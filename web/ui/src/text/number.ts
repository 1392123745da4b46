/** Numbers for people. */

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const full = new Intl.NumberFormat("en");

/** 1,700 → "1.7K". */
export function compact(value: number): string {
  return value < 1000 ? full.format(value) : short.format(value);
}

/** 18204 → "18,204". */
export function grouped(value: number): string {
  return full.format(value);
}

/** A rate: "0.4", "12", "1.2K". */
export function rate(value: number): string {
  return value > 0 && value < 10 ? String(Math.round(value * 10) / 10) : compact(Math.round(value));
}

/** "1 post", "2 posts". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}
