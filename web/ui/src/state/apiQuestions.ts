/** Single questions that a view asks the API: is this search valid, which search comes closest, what was collected when. */
import { type ClosestSearch, findClosestSearch } from "../query/closestSearch";
import { api, ApiError, type CoverageRow } from "../wire/api";
import type { Problem } from "../wire/frame";
import type { Route } from "./page/route";

/** Return what is wrong with a search while it is typed, or null. Only an error of the search itself counts. */
export async function checkQuery(query: string, signal: AbortSignal): Promise<Problem | null> {
  try {
    await api.explain(query, signal);
    return null;
  } catch (error) {
    return error instanceof ApiError && error.status === 400 ? error.problem : null;
  }
}

/** Return the shorter search that comes closest to one without matches, or null. A count that fails is taken for 0. */
export function closestSearch({ query, from, to }: Pick<Route, "query" | "from" | "to">, signal: AbortSignal): Promise<ClosestSearch | null> {
  return findClosestSearch(query, async (q) => {
    try {
      return (await api.timeline({ q, from, to }, signal)).total;
    } catch (error) {
      if (error instanceof ApiError) return 0;
      throw error;
    }
  });
}

/** Return the newest coverage rows, newest first, at most `limit`; or the message of the error that came instead. */
export async function coverageRows(limit: number, signal: AbortSignal): Promise<CoverageRow[] | string> {
  try {
    return (await api.coverage(signal)).rows.slice(-limit).reverse();
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
