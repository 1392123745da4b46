/**
 * Column spec: describes what a column shows (title, search, order, time, depth, width, hidden posts, mutes, alert) as immutable data. It
 * is made from a route and the settings (which are the defaults of a new column), follows a change of those defaults, is converted to JSON
 * and back with invalid values replaced, and compared: equal specs, equal searches, and whether one run can serve both. The live state of
 * a search is in `run.ts`.
 */
import { ORDERS, PAGE_SIZES } from "../posts/ranking";
import { type Route, readRoute } from "./page/route";
import { DEPTHS, LIST_MAX, type Settings } from "./page/settings";
import { oneLine, randomText } from "../text/shortText";

/** Kinds of posts that a column hides from its list. Counts and charts include them. */
export interface Hide {
  /** Originals that are known only through reposts. */
  readonly reposts: boolean;
  readonly replies: boolean;
  readonly quotes: boolean;
  /** Posts that their source marks as sensitive. */
  readonly sensitive: boolean;
  readonly withoutMedia: boolean;
  /** Languages that are shown; an empty list shows all. */
  readonly onlyLanguages: readonly string[];
}

/** Kinds that are hidden or shown, without the languages. */
export const HIDDEN_KINDS = ["reposts", "replies", "quotes", "sensitive", "withoutMedia"] as const;
export type HiddenKind = (typeof HIDDEN_KINDS)[number];

/** Words, accounts (handles without `@`) and languages that a column hides, besides the mutes for all columns. */
export interface Mutes {
  readonly words: readonly string[];
  readonly authors: readonly string[];
  readonly languages: readonly string[];
}

export const NO_MUTES: Mutes = { words: [], authors: [], languages: [] };

export const COLUMN_WIDTHS = ["narrow", "normal", "wide"] as const;
export type ColumnWidth = (typeof COLUMN_WIDTHS)[number];

/** Alerts that a column can give when new posts arrive. */
export const ALERTS = ["none", "badge", "sound", "notification"] as const;
export type ColumnAlert = (typeof ALERTS)[number];

export interface ColumnSpec extends Readonly<Route> {
  /** Identity of the column within its deck: 1–16 of `[a-z0-9]`. */
  readonly id: string;
  /** Title by purpose; empty: the search is the title. */
  readonly title: string;
  /** Posts that are loaded at most before a reader requests older ones. */
  readonly depth: number;
  readonly pageSize: number;
  readonly width: ColumnWidth;
  /** Whether the column is a narrow strip with its title. */
  readonly collapsed: boolean;
  readonly media: Settings["media"];
  readonly hide: Hide;
  readonly mutes: Mutes;
  readonly alert: ColumnAlert;
}

/** Characters of a title at most. */
export const TITLE_MAX_LENGTH = 100;
/** Characters of a muted word, account or language at most. */
export const MUTE_MAX_LENGTH = 100;
/** Posts that a column loads at most. The server refuses more. */
const DEPTH_MAX = Math.max(...DEPTHS);
const ID_PATTERN = /^[a-z0-9]{1,16}$/u;

/** Return a new random column id. */
export function randomColumnId(): string {
  return randomText(8);
}

/** Return a spec of all posts, with the settings as defaults. */
export function specOfAll(id: string, settings: Settings): ColumnSpec {
  return specOf(id, { query: "*", order: "latest", from: null, to: null }, settings);
}

/** Return the spec of a column for a route, with the settings as defaults. */
export function specOf(id: string, route: Route, settings: Settings): ColumnSpec {
  const { query, order, from, to } = route;
  const { depth, pageSize, media, hideReposts: reposts, hideReplies: replies, mediaOnly: withoutMedia, languages: onlyLanguages } = settings;
  const hide = { reposts, replies, quotes: settings.hideQuotes, sensitive: settings.hideSensitive, withoutMedia, onlyLanguages };
  return { id, title: "", query, order, from, to, depth, pageSize, width: "normal", collapsed: false, media, hide, mutes: NO_MUTES, alert: "none" };
}

/** Return the settings that make a change of a column the default of new columns. */
export function settingsOf({ depth, pageSize, media, hide }: Partial<ColumnSpec>): Partial<Settings> {
  return {
    ...(depth === undefined ? {} : { depth }),
    ...(pageSize === undefined ? {} : { pageSize }),
    ...(media === undefined ? {} : { media }),
    ...(hide === undefined ? {} : {
      hideReposts: hide.reposts, hideReplies: hide.replies, hideQuotes: hide.quotes, hideSensitive: hide.sensitive,
      mediaOnly: hide.withoutMedia, languages: [...hide.onlyLanguages],
    }),
  };
}

/** Return a spec after the defaults changed: what was a default follows, what the column chose itself stays. */
export function followDefaults(spec: ColumnSpec, before: Settings, after: Settings): ColumnSpec {
  const [was, is] = [specOf(spec.id, spec, before), specOf(spec.id, spec, after)];
  const follow = <T extends object>(mine: T, old: T, now: T, names: readonly (keyof T)[]): T =>
    ({ ...mine, ...Object.fromEntries(names.filter((name) => JSON.stringify(mine[name]) === JSON.stringify(old[name])).map((name) => [name, now[name]])) });
  const hide = follow(spec.hide, was.hide, is.hide, [...HIDDEN_KINDS, "onlyLanguages"]);
  return { ...follow(spec, was, is, ["depth", "pageSize", "media"]), hide };
}

/** Return whether two specs are equal. */
export function sameSpec(a: ColumnSpec, b: ColumnSpec): boolean {
  return a === b || specToJson(a) === specToJson(b);
}

/** Return whether a run of `a` can serve `b`: both have the same search and depth. */
export function sameRun(a: ColumnSpec, b: ColumnSpec): boolean {
  return sameSearch(a, b) && a.depth === b.depth;
}

/** Return whether two routes have the same search and the same time. */
export function sameSearch(a: Route, b: Route): boolean {
  return a.query === b.query && a.from === b.from && a.to === b.to;
}

export function specToJson(spec: ColumnSpec): string {
  return JSON.stringify(canonicalSpec(spec));
}

/** Return a stored spec. Each value that is not valid is taken from `fallback`, or is the default of a route. */
export function specFromJson(text: string, fallback: ColumnSpec): ColumnSpec {
  try {
    return specFromValue(JSON.parse(text), fallback);
  } catch {
    return fallback;
  }
}

/** Return the spec of a parsed JSON value, as `specFromJson` does. */
export function specFromValue(value: unknown, fallback: ColumnSpec): ColumnSpec {
  if (typeof value !== "object" || value === null) return fallback;
  const given = value as Record<string, unknown>;
  const record = (name: string): Record<string, unknown> => (typeof given[name] === "object" && given[name] !== null ? given[name] as Record<string, unknown> : {});
  const [hide, mutes] = [record("hide"), record("mutes")];
  const flag = (name: HiddenKind): boolean => (typeof hide[name] === "boolean" ? hide[name] : fallback.hide[name]);
  return {
    ...routeOf(given),
    id: isColumnId(given.id) ? given.id : fallback.id,
    title: typeof given.title === "string" ? truncateTitle(given.title) : fallback.title,
    depth: typeof given.depth === "number" && Number.isInteger(given.depth) && given.depth > 0 && given.depth <= DEPTH_MAX ? given.depth : fallback.depth,
    pageSize: oneOf(PAGE_SIZES, given.pageSize, fallback.pageSize),
    width: oneOf(COLUMN_WIDTHS, given.width, fallback.width),
    collapsed: typeof given.collapsed === "boolean" ? given.collapsed : fallback.collapsed,
    media: oneOf(["show", "ask", "hide"] as const, given.media, fallback.media),
    hide: {
      reposts: flag("reposts"), replies: flag("replies"), quotes: flag("quotes"), sensitive: flag("sensitive"), withoutMedia: flag("withoutMedia"),
      onlyLanguages: texts(hide.onlyLanguages, fallback.hide.onlyLanguages),
    },
    mutes: {
      words: texts(mutes.words, fallback.mutes.words), authors: texts(mutes.authors, fallback.mutes.authors),
      languages: texts(mutes.languages, fallback.mutes.languages),
    },
    alert: oneOf(ALERTS, given.alert, fallback.alert),
  };
}

export function isColumnId(value: unknown): value is string {
  return typeof value === "string" && ID_PATTERN.test(value);
}

/** Return a title of one line, cut to `TITLE_MAX_LENGTH` code points. */
export function truncateTitle(title: string): string {
  return oneLine(title, TITLE_MAX_LENGTH);
}

function oneOf<T>(all: readonly T[], value: unknown, otherwise: T): T {
  return all.includes(value as T) ? value as T : otherwise;
}

/** Return the texts of a list, each once, bounded in number and length; `otherwise` if the value is no list. */
function texts(value: unknown, otherwise: readonly string[]): readonly string[] {
  if (!Array.isArray(value)) return otherwise;
  const found = value.filter((one): one is string => typeof one === "string" && one.trim() !== "").map((one) => one.trim().slice(0, MUTE_MAX_LENGTH));
  return [...new Set(found)].slice(-LIST_MAX);
}

/** Return the route of a JSON value: values that an address does not allow are the defaults of a route. */
function routeOf(given: Record<string, unknown>): Route {
  const number = (name: "from" | "to"): string => (typeof given[name] === "number" ? String(given[name]) : "");
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ q: given.query, sort: given.order, from: number("from"), to: number("to") }))
    if (typeof value === "string" && value) params.set(name, value);
  return readRoute(params.toString());
}

/** Return a spec with its fields in a fixed order, so that equal specs have equal JSON. */
function canonicalSpec(spec: ColumnSpec): ColumnSpec {
  const { id, title, query, order, from, to, depth, pageSize, width, collapsed, media, alert } = spec;
  const { reposts, replies, quotes, sensitive, withoutMedia, onlyLanguages } = spec.hide;
  const { words, authors, languages } = spec.mutes;
  return {
    id, title, query, order: ORDERS.includes(order) ? order : "latest", from, to, depth, pageSize, width, collapsed, media,
    hide: { reposts, replies, quotes, sensitive, withoutMedia, onlyLanguages }, mutes: { words, authors, languages }, alert,
  };
}
