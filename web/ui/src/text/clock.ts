/**
 * Times for people, in the zone of the reader: how long ago, and exactly with the zone.
 *
 * Written by hand in the page's one language: the first `Intl.DateTimeFormat` costs some 30 ms, and the first card needs one.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "now", "12 s", "2 min", "3 h", "4 d", then the date. */
export function ago(at: number, now: number): string {
  const age = now - at;
  if (age < SECOND) return "now";
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  if (age < 7 * DAY) return `${Math.floor(age / DAY)} d`;
  return date(at, now);
}

/** Return how a reader says a length of time: "2 min", "3 h 20 min". */
export function lasting(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.round((ms % HOUR) / MINUTE)} min`;
  return `${Math.round(ms / DAY)} d`;
}

/** The exact time with its zone, for hover and focus: "Nov 25, 2026, 14:03:07 UTC+1". */
export function exact(at: number): string {
  const then = new Date(at);
  return `${dayOf(then)}, ${then.getFullYear()}, ${hourMinute(then)}:${two(then.getSeconds())} ${zoneOf(then)}`;
}

/** A moment in a span: seconds in a short one, the day in a long one, the year where it differs. */
export function moment(at: number, span: number, now: number): string {
  const then = new Date(at);
  if (span < 10 * MINUTE) return `${hourMinute(then)}:${two(then.getSeconds())}`;
  if (span < DAY && now - at < DAY) return hourMinute(then);
  if (span < 7 * DAY && sameYear(at, now)) return `${dayOf(then)} ${hourMinute(then)}`;
  return date(at, now);
}

/** A moment under an axis: as `moment`, but the month will do where years are shown. */
export function onAxis(at: number, span: number, now: number): string {
  if (span <= 2 * YEAR) return moment(at, span, now);
  const then = new Date(at);
  return `${MONTHS[then.getMonth()]} ${then.getFullYear()}`;
}

/** "06:00–21:14", or with days where the span is long. */
export function between(from: number, to: number, now: number): string {
  return `${moment(from, to - from, now)}–${moment(to, to - from, now)}`;
}

function date(at: number, now: number): string {
  const then = new Date(at);
  return sameYear(at, now) ? dayOf(then) : `${dayOf(then)}, ${then.getFullYear()}`;
}

function dayOf(then: Date): string {
  return `${MONTHS[then.getMonth()]} ${then.getDate()}`;
}

function hourMinute(then: Date): string {
  return `${two(then.getHours())}:${two(then.getMinutes())}`;
}

/** "UTC", "UTC+1", "UTC−3:30": as it was at that moment. */
function zoneOf(then: Date): string {
  const ahead = -then.getTimezoneOffset();
  if (!ahead) return "UTC";
  const minutes = Math.abs(ahead) % 60;
  return `UTC${ahead < 0 ? "−" : "+"}${Math.floor(Math.abs(ahead) / 60)}${minutes ? `:${two(minutes)}` : ""}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}
