/**
 * Single API requests of the views: check a search while it is typed, find the closest shorter search with matches, and fetch the coverage
 * rows. Each turns an API error into an answer: the error of the search, a count of 0, or the error's message.
 */
import { type ClosestSearch, findClosestSearch } from "../query/closestSearch";
import { api, ApiError, type CoverageRow } from "../wire/api";
import type { Problem } from "../wire/frame";
import type { Route } from "./page/route";

/** Return the error of a search while a reader types it, or null. Only errors of the search itself count (status 400). */
export async function checkQuery(query: string, signal: AbortSignal): Promise<Problem | null> {
  try {
    await api.explain(query, signal);
    return null;
  } catch (error) {
    return error instanceof ApiError && error.status === 400 ? error.problem : null;
  }
}

/** Return the closest shorter search that has matches, or null. A count that fails counts as 0. */
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

/** Return at most `limit` coverage rows, newest first; or the message of the error if the request fails. */
export async function coverageRows(limit: number, signal: AbortSignal): Promise<CoverageRow[] | string> {
  try {
    return (await api.coverage(signal)).rows.slice(-limit).reverse();
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
