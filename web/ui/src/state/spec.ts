/** What a column is asked to show: pure data, to and from storage and settings; `route.ts` writes its place into a link. All that lives is in `run.ts`. */
import { ORDERS, PAGE_SIZES } from "../posts/ranking";
import { type Route, readRoute } from "./page/route";
import type { Settings } from "./page/settings";

/** What a column leaves out of its list. Counts and charts stay those of the whole search. */
export interface Hide {
  /** Posts known only by reposts. */
  readonly reposts: boolean;
  readonly replies: boolean;
  readonly withoutMedia: boolean;
  /** Languages that are shown; all where the list is empty. */
  readonly onlyLanguages: readonly string[];
}

export interface ColumnSpec extends Readonly<Route> {
  readonly id: string;
  /** How many posts are loaded before a reader asks for older ones. */
  readonly depth: number;
  readonly pageSize: number;
  readonly media: Settings["media"];
  readonly hide: Hide;
}

/** Return the spec of a column at a place of the address, with what the settings say of columns. */
export function specOf(id: string, place: Route, settings: Settings): ColumnSpec {
  const { query, order, from, to } = place;
  const { depth, pageSize, media, hideReposts: reposts, hideReplies: replies, mediaOnly: withoutMedia, languages: onlyLanguages } = settings;
  return { id, query, order, from, to, depth, pageSize, media, hide: { reposts, replies, withoutMedia, onlyLanguages } };
}

/** Return whether two specs say the same. */
export function sameSpec(a: ColumnSpec, b: ColumnSpec): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}

/** Return whether a run that was begun for `a` can serve `b`: they differ at most in what is only a way to look at it. */
export function sameRun(a: ColumnSpec, b: ColumnSpec): boolean {
  return sameSearch(a, b) && a.depth === b.depth;
}

/** Return whether two specs ask for the same posts, however many of them are loaded. */
export function sameSearch(a: Route, b: Route): boolean {
  return a.query === b.query && a.from === b.from && a.to === b.to;
}

export function specToJson(spec: ColumnSpec): string {
  return JSON.stringify(inOrder(spec));
}

/** Return a spec that was stored; each value that cannot be read is that of `otherwise`. */
export function specFromJson(text: string, otherwise: ColumnSpec): ColumnSpec {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return otherwise;
  }
  if (typeof stored !== "object" || stored === null) return otherwise;
  const given = stored as Record<string, unknown>;
  const number = (name: "from" | "to" | "depth"): string => (typeof given[name] === "number" ? String(given[name]) : "");
  const texts = { q: given.query, sort: given.order, from: number("from"), to: number("to") };
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(texts)) if (typeof value === "string" && value) params.set(name, value);
  const hide = (typeof given.hide === "object" && given.hide !== null ? given.hide : {}) as Record<string, unknown>;
  const flag = (name: "reposts" | "replies" | "withoutMedia"): boolean => (typeof hide[name] === "boolean" ? hide[name] : otherwise.hide[name]);
  return {
    ...readRoute(params.toString()),
    id: typeof given.id === "string" && given.id ? given.id : otherwise.id,
    depth: typeof given.depth === "number" && Number.isInteger(given.depth) && given.depth > 0 ? given.depth : otherwise.depth,
    pageSize: (PAGE_SIZES as readonly unknown[]).includes(given.pageSize) ? (given.pageSize as number) : otherwise.pageSize,
    media: given.media === "show" || given.media === "ask" || given.media === "hide" ? given.media : otherwise.media,
    hide: {
      reposts: flag("reposts"), replies: flag("replies"), withoutMedia: flag("withoutMedia"),
      onlyLanguages: Array.isArray(hide.onlyLanguages) ? hide.onlyLanguages.filter((one) => typeof one === "string") : otherwise.hide.onlyLanguages,
    },
  };
}

function inOrder({ id, query, order, from, to, depth, pageSize, media, hide }: ColumnSpec): ColumnSpec {
  const { reposts, replies, withoutMedia, onlyLanguages } = hide;
  return { id, query, order: ORDERS.includes(order) ? order : "latest", from, to, depth, pageSize, media, hide: { reposts, replies, withoutMedia, onlyLanguages } };
}
