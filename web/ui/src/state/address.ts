/** The search in the address bar: what is shared by a link, and what back and forward step through. */
import { ORDERS, type Order } from "../hold/ranking";
import { LAST_MS } from "../stats/span";

/** What the one column is called on the wire. */
export const COLUMN = "a";

export interface Place {
  query: string;
  order: Order;
  from: number | null;
  to: number | null;
}

function time(text: string | null): number | null {
  if (!text) return null;
  const at = /^\d+$/u.test(text) ? Number(text) : Date.parse(text);
  return at >= 0 && at <= LAST_MS ? at : null;
}

/** Return the place an address names; what it does not say is `*`, latest, live. */
export function readAddress(search: string): Place {
  const params = new URLSearchParams(search);
  const order = params.get("sort") ?? "latest";
  const from = time(params.get("from"));
  const to = time(params.get("to"));
  return {
    query: (params.get("q") ?? "").trim() || "*",
    order: (ORDERS as readonly string[]).includes(order) ? (order as Order) : "latest",
    from: from !== null && to !== null && from < to ? from : null,
    to: from !== null && to !== null && from < to ? to : null,
  };
}

/** Return the address of a place, without what is the default. */
export function writeAddress(place: Place, path: string): string {
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
