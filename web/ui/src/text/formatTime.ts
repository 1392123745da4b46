/**
 * Time formats: write ages, durations, exact times, moments, spans and axis labels by the locale and in the shown time zone (`shownZone.ts`), and test
 * whether two moments are on the same day. A date or year that the reader already knows is left out. Hours count to 24 in every locale.
 */
import { cachedFormat, currentLocale, isPlainEnglish, timeUnits } from "./locale";
import { formatNumber } from "./formatNumber";
import { clockAt, isUtcShown, minutesAhead, momentAt, zoneOption } from "./shownZone";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Return the age of a moment: "now", "12 s", "2 min", "3 h", "4 d"; its date from 7 days on. */
export function formatAge(at: number, now: number): string {
  const age = now - at;
  const { second, minute, hour, day } = timeUnits();
  if (age < SECOND_MS) return nowWord();
  if (age < MINUTE_MS) return `${whole(age / SECOND_MS)} ${second}`;
  if (age < HOUR_MS) return `${whole(age / MINUTE_MS)} ${minute}`;
  if (age < DAY_MS) return `${whole(age / HOUR_MS)} ${hour}`;
  if (age < 7 * DAY_MS) return `${whole(age / DAY_MS)} ${day}`;
  return shortDate(at, now);
}

/** Return a duration: "5 s", "2 min", "3 h 20 min", "1 d". */
export function formatDuration(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  const { second, minute, hour, day } = timeUnits();
  if (ms < MINUTE_MS - SECOND_MS / 2) return `${whole(Math.max(0, Math.round(ms / SECOND_MS)))} ${second}`;
  if (minutes < 60) return `${whole(minutes)} ${minute}`;
  if (minutes < 24 * 60) return `${whole(minutes / 60)} ${hour} ${whole(minutes % 60)} ${minute}`;
  return `${whole(Math.round(ms / DAY_MS))} ${day}`;
}

function whole(value: number): string {
  return formatNumber(Math.floor(value));
}

/** Return the word for the present moment: "now". */
function nowWord(): string {
  return isPlainEnglish() ? "now" : cachedFormat("relative", () => new Intl.RelativeTimeFormat(currentLocale(), { numeric: "auto" })).format(0, "second");
}

/** Return the exact time with its zone, for hover and focus: "Nov 25, 2026, 14:03:07 UTC+1". */
export function formatExactTime(at: number): string {
  return `${fullDate(at)}, ${timeOf(at, true)} ${formatZone(at)}`;
}

/**
 * Return a moment as exactly as the step of a chart needs it: with seconds for steps under a minute, with the time of day for steps
 * under a day. `knownAt` is a moment whose date the reader knows: now, or the moment written just before. The date is left out where it
 * equals that of `knownAt`, and so is the year.
 */
export function formatMoment(at: number, stepMs: number, knownAt: number): string {
  if (stepMs >= DAY_MS) return shortDate(at, knownAt);
  const time = timeOf(at, stepMs < MINUTE_MS);
  return sameDay(at, knownAt) ? time : `${shortDate(at, knownAt)}, ${time}`;
}

/** Return a span: "06:00–21:14", "Nov 20, 2016, 14:00–15:00", or dates alone for a span of whole days or of a week and more. */
export function formatSpan(from: number, to: number, now: number): string {
  // A span that ends at midnight ends with the day before.
  const last = Math.max(from, to - 1);
  const days = to - from >= 7 * DAY_MS || (to > from && isMidnight(from) && isMidnight(to));
  if (days) {
    if (sameDay(from, last)) return shortDate(from, now);
    return sameYear(from, last) ? `${dayOf(from)}–${shortDate(last, now)}` : `${fullDate(from)}–${fullDate(last)}`;
  }
  const stepMs = to - from < 10 * MINUTE_MS && (from % MINUTE_MS || to % MINUTE_MS) ? SECOND_MS : MINUTE_MS;
  const begin = sameYear(from, last) ? formatMoment(from, stepMs, now) : `${fullDate(from)}, ${timeOf(from, stepMs < MINUTE_MS)}`;
  const end = formatMoment(to, stepMs, sameDay(from, last) ? to : from);
  return begin === end || begin.endsWith(` ${end}`) ? begin : `${begin}–${end}`;
}

/**
 * Return the labels of the marks of an axis that are `stepMs` apart: time, day, month or year. A date is written once, under the first
 * mark that has room for it. `fits` returns whether a label fits under its mark.
 */
export function axisLabels(marks: readonly number[], stepMs: number, now: number, fits: (at: number, text: string) => boolean): string[] {
  let knownAt = now;
  return marks.map((at) => {
    const [full, plain] = [axisLabel(at, stepMs, knownAt), axisLabel(at, stepMs, at)];
    if (!fits(at, full)) return fits(at, plain) ? plain : "";
    if (full !== plain) knownAt = at;
    return full;
  });
}

function axisLabel(at: number, stepMs: number, knownAt: number): string {
  if (stepMs >= 360 * DAY_MS) return yearOf(at);
  if (stepMs >= 28 * DAY_MS) return sameYear(at, knownAt) ? monthName(at) : monthAndYear(at);
  if (stepMs >= DAY_MS) return shortDate(at, knownAt);
  if (at % SECOND_MS) return "";
  return isMidnight(at) && !sameDay(at, knownAt) ? shortDate(at, knownAt) : formatMoment(at, stepMs, knownAt);
}

function shortDate(at: number, knownAt: number): string {
  return sameYear(at, knownAt) ? dayOf(at) : fullDate(at);
}

function fullDate(at: number): string {
  return isPlainEnglish() ? `${dayOf(at)}, ${clockAt(at).year}` : byIntl(at, { day: "numeric", month: "short", year: "numeric" });
}

function yearOf(at: number): string {
  return isPlainEnglish() ? String(clockAt(at).year) : byIntl(at, { year: "numeric" });
}

function monthName(at: number): string {
  return isPlainEnglish() ? (MONTHS[clockAt(at).month] as string) : byIntl(at, { month: "short" });
}

function monthAndYear(at: number): string {
  return isPlainEnglish() ? `${monthName(at)} ${clockAt(at).year}` : byIntl(at, { month: "short", year: "numeric" });
}

function dayOf(at: number): string {
  return isPlainEnglish() ? `${monthName(at)} ${clockAt(at).day}` : byIntl(at, { day: "numeric", month: "short" });
}

function timeOf(at: number, seconds: boolean): string {
  if (!isPlainEnglish()) return byIntl(at, { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}), hourCycle: "h23" });
  const { hour, minute, second } = clockAt(at);
  const hourMinute = `${twoDigits(hour)}:${twoDigits(minute)}`;
  return seconds ? `${hourMinute}:${twoDigits(second)}` : hourMinute;
}

function byIntl(at: number, options: Intl.DateTimeFormatOptions): string {
  const name = `${Object.keys(options).join()}${isUtcShown() ? " UTC" : ""}`;
  return cachedFormat(name, (locale) => new Intl.DateTimeFormat(locale, { ...options, ...zoneOption() })).format(at);
}

/** Return the offset of the shown zone at a moment: "UTC", "UTC+1", "UTC−3:30". */
export function formatZone(at: number): string {
  const ahead = minutesAhead(at);
  if (!ahead) return "UTC";
  const minutes = Math.abs(ahead) % 60;
  return `UTC${ahead < 0 ? "−" : "+"}${Math.floor(Math.abs(ahead) / 60)}${minutes ? `:${twoDigits(minutes)}` : ""}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function sameYear(a: number, b: number): boolean {
  return clockAt(a).year === clockAt(b).year;
}

/** Return whether two moments lie on the same day in the shown zone. */
export function sameDay(a: number, b: number): boolean {
  const [one, other] = [clockAt(a), clockAt(b)];
  return one.day === other.day && one.month === other.month && one.year === other.year;
}

function isMidnight(at: number): boolean {
  const { year, month, day } = clockAt(at);
  return momentAt(year, month, day) === at;
}
