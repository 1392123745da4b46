/**
 * Route: reads the search, order and time of one column from parameters of an address, replaces what is missing or invalid by defaults and
 * cuts a search that is too long; and writes a route as an address without the defaults. `deck/deckAddress.ts` reads and writes the address
 * of a whole deck.
 */
import { ORDERS, type Order } from "../../posts/ranking";
import { DATE_MAX_MS } from "../../stats/moveTimeSpan";

/** Characters that a search may have; the server refuses longer searches. */
export const QUERY_MAX_LENGTH = 1_024;

/** Search, order and time of a column. `from` and `to` (ms) are null while the column is live. */
export interface Route {
  query: string;
  order: Order;
  from: number | null;
  to: number | null;
}

/** Return a search cut to `QUERY_MAX_LENGTH` code points. Surrogate pairs are not cut in two. */
function truncateQuery(query: string): string {
  return query.length > QUERY_MAX_LENGTH ? [...query.slice(0, 2 * QUERY_MAX_LENGTH)].slice(0, QUERY_MAX_LENGTH).join("") : query;
}

/** Return whether a search is too long, so that `readRoute` cuts it. */
export function queryTooLong(text: string | null): boolean {
  const query = (text ?? "").trim();
  return truncateQuery(query).length < query.length;
}

/** Return a time of an address, in ms or ISO 8601; null where it is missing, invalid or outside the range of `Date`. */
function parseTime(text: string | null): number | null {
  if (!text) return null;
  const at = /^\d+$/u.test(text) ? Number(text) : Date.parse(text);
  return at >= 0 && at <= DATE_MAX_MS ? at : null;
}

/** Return the route of an address. The defaults are `*`, latest and live; invalid values count as missing. */
export function readRoute(search: string): Route {
  const params = new URLSearchParams(search);
  const order = params.get("sort") ?? "latest";
  const from = parseTime(params.get("from"));
  const to = parseTime(params.get("to"));
  return {
    query: truncateQuery((params.get("q") ?? "").trim()) || "*",
    order: (ORDERS as readonly string[]).includes(order) ? (order as Order) : "latest",
    from: from !== null && to !== null && from < to ? from : null,
    to: from !== null && to !== null && from < to ? to : null,
  };
}

/** Return the parameters of order and time, without the defaults. */
export function routeParameters({ order, from, to }: Route): [string, string][] {
  const sort: [string, string][] = order === "latest" ? [] : [["sort", order]];
  return from === null || to === null ? sort : [...sort, ["from", new Date(from).toISOString()], ["to", new Date(to).toISOString()]];
}

/** Return the address of a page with one column, without the defaults. */
export function writeRoute(route: Route, path: string): string {
  const params = new URLSearchParams(routeParameters(route));
  const query = route.query === "*" ? "" : new URLSearchParams({ q: route.query }).toString();
  const text = [query, params.toString()].filter(Boolean).join("&");
  return text ? `${path}?${text}` : path;
}
