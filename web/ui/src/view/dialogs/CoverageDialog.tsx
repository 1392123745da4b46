/** Sources as they are, and what was collected when. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { statusOf, sourceName, sourceWords } from "../../state/status";
import type { Desk } from "../../state/desk";
import { formatExactTime, formatDuration } from "../../text/formatTime";
import { formatNumber, formatRate } from "../../text/formatNumber";
import { api, ApiError, type CoverageRow } from "../../wire/api";

const MOST = 200;

export function CoverageDialog({ desk }: { desk: Desk }): JSX.Element {
  const [rows, setRows] = useState<CoverageRow[] | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    const abort = new AbortController();
    api.coverage(abort.signal).then((found) => setRows(found.rows.slice(-MOST).reverse()), (error: unknown) => {
      if (error instanceof ApiError) setFault(error.message);
    });
    return () => abort.abort();
  }, []);
  const sources = desk.server.sources;
  const { indexed, rate: perSecond, connected } = desk.server.stats;
  const condition = statusOf(desk.statusInputs());
  return (
    <>
      {condition.kind === "live" ? null : <p class={condition.tone === "plain" ? "" : "warn"}><b>{condition.word}.</b> {condition.cause}</p>}
      {desk.server.facts?.generated ? <p>These posts are generated. For live ones: <code>{desk.server.facts.next_step}</code></p> : null}
      <ul class="sources">
        {sources.map((source) => <li key={source.name}><b>{sourceWords(source)}</b>{source.since ? <span class="meta"> since {formatExactTime(source.since)}</span> : null}{source.detail ? <p>{source.detail}</p> : null}</li>)}
      </ul>
      <p class="meta">
        {indexed === undefined ? "" : `${formatNumber(indexed)} posts indexed`}{perSecond === undefined ? "" : `, ${formatRate(perSecond)} a second`}{connected === undefined ? "" : `, ${formatNumber(connected)} connected`}, {formatNumber(desk.column.run.posts.size)} loaded here
      </p>
      {fault ? <p class="warn">{fault}</p> : null}
      {rows ? (
        <div class="table-place" tabIndex={0} role="region" aria-label="Coverage, table">
          <table>
            <thead><tr><th scope="col">Source</th><th scope="col">From</th><th scope="col">For</th><th scope="col">What</th></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.source} ${row.from}`} class={row.why ? "gap-row" : ""}>
                  <td>{sourceName(row.source)}</td><td>{formatExactTime(row.from)}</td><td>{formatDuration((row.to ?? Date.now()) - row.from)}{row.to === null ? " so far" : ""}</td>
                  <td>{row.sampled ? `Only a sample: ${row.why}` : row.why ? `Not collected: ${row.why}` : row.search === "*" || !row.search ? "All posts" : row.search}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length ? null : <p class="meta">Nothing recorded yet.</p>}
        </div>
      ) : fault ? null : <p class="meta">Loading…</p>}
    </>
  );
}
