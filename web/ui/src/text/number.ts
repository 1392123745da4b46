/** Numbers for people. */

const UNITS = ["", "K", "M", "B", "T"];

/** 1,700 → "1.7K". */
export function compact(value: number): string {
  let unit = 0;
  while (tenths(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit ? `${grouped(tenths(value))}${UNITS[unit]}` : grouped(value);
}

/** 18204 → "18,204". */
export function grouped(value: number): string {
  const [whole = "", rest] = String(value).split(".");
  const parted = whole.replace(/\B(?=(?:\d{3})+$)/gu, ",");
  return rest ? `${parted}.${rest.slice(0, 3)}` : parted;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A rate: "0.4", "12", "1.2K". */
export function rate(value: number): string {
  return value > 0 && value < 10 ? String(Math.round(value * 10) / 10) : compact(Math.round(value));
}

/** "1 post", "2 posts". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}
