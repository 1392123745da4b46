/** Times for people: how long ago, and exactly with the zone. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const dayAndYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const month = new Intl.DateTimeFormat("en", { month: "short", year: "numeric" });
const hourMinute = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const withSeconds = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** "now", "12 s", "2 min", "3 h", "4 d", then the date. */
export function ago(at: number, now: number): string {
  const age = now - at;
  if (age < SECOND) return "now";
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  if (age < 7 * DAY) return `${Math.floor(age / DAY)} d`;
  return sameYear(at, now) ? day.format(at) : dayAndYear.format(at);
}

/** Return how a reader says a length of time: "2 min", "3 h 20 min". */
export function lasting(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.round((ms % HOUR) / MINUTE)} min`;
  return `${Math.round(ms / DAY)} d`;
}

/** The exact time with its zone, for hover and focus. */
export function exact(at: number): string {
  return exactly.format(at);
}

/** A moment in a span: seconds in a short one, the day in a long one, the year where it differs. */
export function moment(at: number, span: number, now: number): string {
  if (span < 10 * MINUTE) return withSeconds.format(at);
  if (span < DAY && now - at < DAY) return hourMinute.format(at);
  if (span < 7 * DAY && sameYear(at, now)) return `${day.format(at)} ${hourMinute.format(at)}`;
  return sameYear(at, now) ? day.format(at) : dayAndYear.format(at);
}

/** A moment under an axis: as `moment`, but the month will do where years are shown. */
export function onAxis(at: number, span: number, now: number): string {
  return span > 2 * YEAR ? month.format(at) : moment(at, span, now);
}

/** "06:00–21:14", or with days where the span is long. */
export function between(from: number, to: number, now: number): string {
  return `${moment(from, to - from, now)}–${moment(to, to - from, now)}`;
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}
