/**
 * Shown zone: the time zone in which the page writes and reads times, that of the reader or UTC. It takes a moment apart into the fields of
 * a clock there, and makes a moment of such fields.
 */

/** Fields of a clock; `month` counts from 0. */
export interface ClockFields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

let utc = false;

/** Show times in UTC from now on, or again in the reader's zone. */
export function showUtc(on: boolean): void {
  utc = on;
}

export function isUtcShown(): boolean {
  return utc;
}

/** Return the fields of a clock in the shown zone. */
export function clockAt(at: number): ClockFields {
  const then = new Date(at);
  return utc
    ? { year: then.getUTCFullYear(), month: then.getUTCMonth(), day: then.getUTCDate(), hour: then.getUTCHours(), minute: then.getUTCMinutes(), second: then.getUTCSeconds() }
    : { year: then.getFullYear(), month: then.getMonth(), day: then.getDate(), hour: then.getHours(), minute: then.getMinutes(), second: then.getSeconds() };
}

/**
 * Return the moment (ms) at which a clock in the shown zone shows a date and time. A time that the change of clocks leaves out is the
 * moment as long after the change; of a time that comes twice it is the first.
 */
export function momentAt(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  return utc ? Date.UTC(year, month, day, hour, minute, second) : new Date(year, month, day, hour, minute, second).getTime();
}

/** Return by how many minutes the shown zone is ahead of UTC at a moment. */
export function minutesAhead(at: number): number {
  return utc ? 0 : -new Date(at).getTimezoneOffset();
}

/** Return the IANA name of the shown zone, "" where it has none that a server knows. */
export function shownZoneName(): string {
  if (utc) return "UTC";
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === "Etc/Unknown" ? "" : zone;
}

/** Return the option of `Intl` for the shown zone. */
export function zoneOption(): { timeZone?: "UTC" } {
  return utc ? { timeZone: "UTC" } : {};
}
