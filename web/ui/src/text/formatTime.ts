/**
 * Times for people, in the zone of the reader: how long ago, and exactly with the zone.
 *
 * Written by hand in the page's one language: the first `Intl.DateTimeFormat` costs some 30 ms, and the first card needs one.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "now", "12 s", "2 min", "3 h", "4 d", then the date. */
export function formatAge(at: number, now: number): string {
  const age = now - at;
  if (age < SECOND) return "now";
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  if (age < 7 * DAY) return `${Math.floor(age / DAY)} d`;
  return date(at, now);
}

/** Return how a reader says a length of time: "2 min", "3 h 20 min". */
export function formatDuration(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  if (ms < MINUTE - SECOND / 2) return `${Math.max(0, Math.round(ms / SECOND))} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(ms / DAY)} d`;
}

/** The exact time with its zone, for hover and focus: "Nov 25, 2026, 14:03:07 UTC+1". */
export function formatExactTime(at: number): string {
  const then = new Date(at);
  return `${dated(at)}, ${timeOf(then, true)} ${zoneOf(then)}`;
}

/**
 * A moment as exactly as a step of a chart needs it: seconds under a minute, the time of day under a day. The date stands before it
 * unless it is that of `said`, a moment whose date the reader knows (now, or one read just before), and the year likewise.
 */
export function formatMoment(at: number, step: number, said: number): string {
  if (step >= DAY) return date(at, said);
  const time = timeOf(new Date(at), step < MINUTE);
  return sameDay(at, said) ? time : `${date(at, said)}, ${time}`;
}

/** "06:00–21:14", "Nov 20, 2016, 14:00–15:00", or days only where the span is long: always when, and nothing of it twice. */
export function formatSpan(from: number, to: number, now: number): string {
  // What ends at midnight ends with the day before.
  const last = Math.max(from, to - 1);
  const days = to - from >= 7 * DAY || (to > from && isMidnight(from) && isMidnight(to));
  if (days) {
    if (sameDay(from, last)) return date(from, now);
    return sameYear(from, last) ? `${dayOf(new Date(from))}–${date(last, now)}` : `${dated(from)}–${dated(last)}`;
  }
  const step = to - from < 10 * MINUTE && (from % MINUTE || to % MINUTE) ? SECOND : MINUTE;
  const begin = sameYear(from, last) ? formatMoment(from, step, now) : `${dated(from)}, ${timeOf(new Date(from), step < MINUTE)}`;
  const end = formatMoment(to, step, sameDay(from, last) ? to : from);
  return begin === end || begin.endsWith(` ${end}`) ? begin : `${begin}–${end}`;
}

/**
 * What stands under the marks of an axis that are a step apart: time, day, month or year. A date is written once, under the first
 * mark that has room for it; `fits` tells whether a text has.
 */
export function axisLabels(marks: readonly number[], step: number, now: number, fits: (at: number, text: string) => boolean): string[] {
  let said = now;
  return marks.map((at) => {
    const [full, plain] = [onAxis(at, step, said), onAxis(at, step, at)];
    if (!fits(at, full)) return fits(at, plain) ? plain : "";
    if (full !== plain) said = at;
    return full;
  });
}

function onAxis(at: number, step: number, said: number): string {
  const then = new Date(at);
  if (step >= 360 * DAY) return String(then.getFullYear());
  if (step >= 28 * DAY) return sameYear(at, said) ? month(then) : `${month(then)} ${then.getFullYear()}`;
  if (step >= DAY) return date(at, said);
  if (at % SECOND) return "";
  return isMidnight(at) && !sameDay(at, said) ? date(at, said) : formatMoment(at, step, said);
}

function date(at: number, said: number): string {
  return sameYear(at, said) ? dayOf(new Date(at)) : dated(at);
}

function dated(at: number): string {
  const then = new Date(at);
  return `${dayOf(then)}, ${then.getFullYear()}`;
}

function month(then: Date): string {
  return MONTHS[then.getMonth()] as string;
}

function dayOf(then: Date): string {
  return `${month(then)} ${then.getDate()}`;
}

function timeOf(then: Date, seconds: boolean): string {
  const hourMinute = `${two(then.getHours())}:${two(then.getMinutes())}`;
  return seconds ? `${hourMinute}:${two(then.getSeconds())}` : hourMinute;
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

/** Return whether two moments are of one day of the reader's. */
export function sameDay(a: number, b: number): boolean {
  return sameYear(a, b) && dayOf(new Date(a)) === dayOf(new Date(b));
}

function isMidnight(at: number): boolean {
  return at % SECOND === 0 && timeOf(new Date(at), true) === "00:00:00";
}
