/** Where nothing matches: the closest shorter search that finds some, asked for by itself, at most once a search. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { shorter } from "../query/edit";
import type { Page } from "../state/page";
import { counted } from "../text/number";
import { api, ApiError } from "../wire/api";

interface Found {
  query: string;
  total: number;
}

/** Return the search with a part less that finds fewest, null when none finds any. */
async function closest(query: string, signal: AbortSignal): Promise<Found | null> {
  const tried = shorter(query).map(async (text) => ({ query: text, total: (await api.timeline({ q: text }, signal)).total }));
  const found = (await Promise.allSettled(tried)).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return found.filter((one) => one.total > 0).sort((a, b) => a.total - b.total)[0] ?? null;
}

export function Closest({ page, label }: { page: Page; label: string }): JSX.Element {
  const { query } = page.column.place;
  const [found, setFound] = useState<{ of: string; best: Found | null } | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    closest(query, abort.signal).then(
      (best) => {
        if (!abort.signal.aborted) setFound({ of: query, best });
      },
      (error: unknown) => {
        if (!abort.signal.aborted && !(error instanceof ApiError)) throw error;
      },
    );
    return () => abort.abort();
  }, [query]);
  if (found?.of !== query) return <span class="action"><button disabled>{label}…</button></span>;
  const { best } = found;
  if (!best) return <span class="action"><button onClick={() => page.go({ query: "*" })}>Show all posts</button></span>;
  return (
    <span class="action">
      <button onClick={() => page.go({ query: best.query })}>Closest: <bdi><b>{best.query}</b></bdi>, {counted(best.total, "match", "matches")}</button>
    </span>
  );
}
