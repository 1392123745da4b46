/** The search in the address bar: what is shared by a link, and what back and forward step through. */
import { ORDERS, type Order } from "../../posts/ranking";
import { DATE_MAX_MS } from "../../stats/timeSpan";

/** Characters a search may have; the server refuses a longer one. */
export const QUERY_MAX_LENGTH = 1_024;

/** What an address names of a column: its search, order and time. */
export interface Route {
  query: string;
  order: Order;
  from: number | null;
  to: number | null;
}

/** Return a search cut to the length that the server takes. A character outside the basic plane is not cut in two. */
function truncateQuery(query: string): string {
  return query.length > QUERY_MAX_LENGTH ? [...query.slice(0, 2 * QUERY_MAX_LENGTH)].slice(0, QUERY_MAX_LENGTH).join("") : query;
}

/** Return whether an address holds a search that is longer than it may be: the page then shows the beginning of it. */
export function isQueryTooLong(search: string): boolean {
  const query = (new URLSearchParams(search).get("q") ?? "").trim();
  return truncateQuery(query).length < query.length;
}

function parseTime(text: string | null): number | null {
  if (!text) return null;
  const at = /^\d+$/u.test(text) ? Number(text) : Date.parse(text);
  return at >= 0 && at <= DATE_MAX_MS ? at : null;
}

/** Return the place an address names; the defaults are `*`, latest, live. */
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

/** Return the address of a place, without what is the default. */
export function writeRoute(place: Route, path: string): string {
  const params = new URLSearchParams();
  if (place.query !== "*") params.set("q", place.query);
  if (place.order !== "latest") params.set("sort", place.order);
  if (place.from !== null && place.to !== null) {
    params.set("from", new Date(place.from).toISOString());
    params.set("to", new Date(place.to).toISOString());
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}
