/**
 * Export address: builds the address from which all stored matches of a search are downloaded, as JSONL, CSV or ids. A chosen time span
 * becomes `since:` and `until:` of the exported search.
 */

/** End of the year 9999, the last year that a search can name. */
const LAST_NAMED_MS = Date.UTC(10_000, 0) - 1;

/** Return the address of an export. A span (ms) becomes `since:` and `until:` of the exported search. */
export function exportUrl(q: string, format: "jsonl" | "csv" | "ids", from: number | null = null, to: number | null = null): string {
  const time = (at: number): string => new Date(Math.min(at, LAST_NAMED_MS)).toISOString();
  const query = from === null || to === null ? q : `(${q}) since:${time(from)} until:${time(to)}`;
  return `/api/export?${new URLSearchParams({ q: query, format }).toString()}`;
}
