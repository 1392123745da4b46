/** Where nothing matches: the closest shorter search that finds some, asked for by itself, at most once a search. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { findClosestSearch, type ClosestSearch } from "../../query/closestSearch";
import type { Desk } from "../../state/desk";
import { formatCount } from "../../text/formatNumber";
import { api, ApiError } from "../../wire/api";
import { statusActions } from "../../words/status";

export function ClosestSearchButton({ desk, label }: { desk: Desk; label: string }): JSX.Element {
  const { query, from, to } = desk.column.spec;
  const [found, setFound] = useState<{ of: string; best: ClosestSearch | null } | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const count = async (q: string): Promise<number> => {
      try {
        return (await api.timeline({ q, from, to }, abort.signal)).total;
      } catch (error) {
        if (error instanceof ApiError) return 0;
        throw error;
      }
    };
    findClosestSearch(query, count).then(
      (best) => {
        if (!abort.signal.aborted) setFound({ of: query, best });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) throw error;
      },
    );
    return () => abort.abort();
  }, [query, from, to]);
  if (found?.of !== query) return <span class="action"><button disabled>{label}…</button></span>;
  const { best } = found;
  if (!best) return <span class="action"><button onClick={() => desk.navigate({ query: "*" })}>{statusActions.showAll}</button></span>;
  return (
    <span class="action">
      <button onClick={() => desk.navigate({ query: best.query })}>{statusActions.closest} <bdi><b>{best.query}</b></bdi>, {formatCount(best.total, "match", "matches")}</button>
    </span>
  );
}
