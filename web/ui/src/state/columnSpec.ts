/**
 * Column spec: describes what a column shows (search, order, time, depth, page size, media, hidden posts) as immutable data. It is made
 * from a route and the settings, converted to JSON and back with invalid values replaced, and compared: equal specs, equal searches, and
 * whether one run can serve both. The live state of a search is in `run.ts`.
 */
import { ORDERS, PAGE_SIZES } from "../posts/ranking";
import { type Route, readRoute } from "./page/route";
import type { Settings } from "./page/settings";

/** Posts that a column hides from its list. Counts and charts include them. */
export interface Hide {
  /** Originals that are known only through reposts. */
  readonly reposts: boolean;
  readonly replies: boolean;
  readonly withoutMedia: boolean;
  /** Languages that are shown; an empty list shows all. */
  readonly onlyLanguages: readonly string[];
}

export interface ColumnSpec extends Readonly<Route> {
  readonly id: string;
  /** Posts that are loaded at most before a reader requests older ones. */
  readonly depth: number;
  readonly pageSize: number;
  readonly media: Settings["media"];
  readonly hide: Hide;
}

/** Return the spec of a column for a route, with the column settings. */
export function specOf(id: string, route: Route, settings: Settings): ColumnSpec {
  const { query, order, from, to } = route;
  const { depth, pageSize, media, hideReposts: reposts, hideReplies: replies, mediaOnly: withoutMedia, languages: onlyLanguages } = settings;
  return { id, query, order, from, to, depth, pageSize, media, hide: { reposts, replies, withoutMedia, onlyLanguages } };
}

/** Return whether two specs are equal. */
export function sameSpec(a: ColumnSpec, b: ColumnSpec): boolean {
  return specToJson(a) === specToJson(b);
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
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return fallback;
  }
  if (typeof stored !== "object" || stored === null) return fallback;
  const given = stored as Record<string, unknown>;
  const number = (name: "from" | "to" | "depth"): string => (typeof given[name] === "number" ? String(given[name]) : "");
  const texts = { q: given.query, sort: given.order, from: number("from"), to: number("to") };
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(texts)) if (typeof value === "string" && value) params.set(name, value);
  const hide = (typeof given.hide === "object" && given.hide !== null ? given.hide : {}) as Record<string, unknown>;
  const flag = (name: "reposts" | "replies" | "withoutMedia"): boolean => (typeof hide[name] === "boolean" ? hide[name] : fallback.hide[name]);
  return {
    ...readRoute(params.toString()),
    id: typeof given.id === "string" && given.id ? given.id : fallback.id,
    depth: typeof given.depth === "number" && Number.isInteger(given.depth) && given.depth > 0 ? given.depth : fallback.depth,
    pageSize: (PAGE_SIZES as readonly unknown[]).includes(given.pageSize) ? (given.pageSize as number) : fallback.pageSize,
    media: given.media === "show" || given.media === "ask" || given.media === "hide" ? given.media : fallback.media,
    hide: {
      reposts: flag("reposts"), replies: flag("replies"), withoutMedia: flag("withoutMedia"),
      onlyLanguages: Array.isArray(hide.onlyLanguages) ? hide.onlyLanguages.filter((one) => typeof one === "string") : fallback.hide.onlyLanguages,
    },
  };
}

/** Return a spec with its fields in a fixed order, so that equal specs have equal JSON. */
function canonicalSpec({ id, query, order, from, to, depth, pageSize, media, hide }: ColumnSpec): ColumnSpec {
  const { reposts, replies, withoutMedia, onlyLanguages } = hide;
  return { id, query, order: ORDERS.includes(order) ? order : "latest", from, to, depth, pageSize, media, hide: { reposts, replies, withoutMedia, onlyLanguages } };
}
