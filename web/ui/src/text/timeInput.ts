/**
 * Time input: writes a moment as a date-time field of a form has it, in the shown zone, and reads such a text. Browsers give
 * `2026-11-30T14:05` or with seconds; where they have no such field, a reader types it, with a blank for the T as well.
 */
import { clockAt, momentAt } from "./shownZone";

const FORM = /^\s*(\d{4,6})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*$/u;

function digits(value: number, length: number): string {
  return String(value).padStart(length, "0");
}

/** Return a moment as the value of a field, with seconds only where it has some. */
export function timeInputValue(at: number): string {
  const { year, month, day, hour, minute, second } = clockAt(at);
  const time = `${digits(hour, 2)}:${digits(minute, 2)}${second ? `:${digits(second, 2)}` : ""}`;
  return `${digits(year, 4)}-${digits(month + 1, 2)}-${digits(day, 2)}T${time}`;
}

/** Return the moment of a field's value, ms; null where it is none. A date alone is its midnight. */
export function parseTimeInput(text: string): number | null {
  const found = FORM.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map((part: string | undefined) => Number(part ?? 0)) as [number, number, number, number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const at = momentAt(year, month - 1, day, hour, minute, second);
  return Number.isFinite(at) && at >= 0 ? at : null;
}
