/**
 * Closest search button, for a search without matches: requests the closest shorter search that has some, once for each search and time,
 * and offers it with its number of matches; where there is none it offers all posts. It is disabled while the request is under way.
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { formatCount } from "../../text/formatNumber";
import { statusWords } from "../../words";
import type { ClosestSearch } from "../../query/closestSearch";
import { closestSearch } from "../../state/apiQuestions";

export function ClosestSearchButton({ desk, column, label }: { desk: Desk; column: Column; label: string }): JSX.Element {
  const { query, from, to } = column.spec;
  const [found, setFound] = useState<{ of: string; best: ClosestSearch | null } | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    closestSearch({ query, from, to }, abort.signal).then(
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
  if (!best) return <span class="action"><button onClick={() => desk.navigate({ query: "*" }, column)}>{statusWords.actionShowAll}</button></span>;
  return (
    <span class="action">
      <button onClick={() => desk.navigate({ query: best.query }, column)}>{statusWords.actionClosest} <bdi><b>{best.query}</b></bdi>, {formatCount(best.total, "match", "matches")}</button>
    </span>
  );
}
