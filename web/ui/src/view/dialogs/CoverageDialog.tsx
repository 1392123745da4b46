/**
 * Coverage and gaps: the status with its cause, the state of each source, the counters of the server, and a table of the periods in which
 * each source was collected, sampled or not collected. The rows are requested when the dialog opens, the latest 200; an error of that
 * request is shown.
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { statusOf } from "../../state/page/status";
import type { Desk } from "../../state/desk";
import { formatExactTime, formatDuration } from "../../text/formatTime";
import { coverageRows } from "../../state/apiQuestions";
import type { CoverageRow } from "../../wire/api";
import { sourceName, sourceWords } from "../../words/sources";
import { dialogWords } from "../../words";
import { statusInputsOf } from "../../state/page/statusInputs";

/** Rows requested at most. */
const MOST = 200;

export function CoverageDialog({ desk }: { desk: Desk }): JSX.Element {
  const [rows, setRows] = useState<CoverageRow[] | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    const abort = new AbortController();
    void coverageRows(MOST, abort.signal).then((found) => {
      if (typeof found === "string") setFault(found);
      else setRows(found);
    }, (error: unknown) => {
      if (!abort.signal.aborted) throw error;
    });
    return () => abort.abort();
  }, []);
  const sources = desk.server.sources;
  const { indexed, rate, connected } = desk.server.stats;
  const figures = [
    ...(indexed === undefined ? [] : [dialogWords.coverageStored(indexed)]), ...(rate === undefined ? [] : [dialogWords.coverageRate(rate)]),
    ...(connected === undefined ? [] : [dialogWords.coverageViewers(connected)]), dialogWords.coverageLoaded(desk.column.run.posts.size),
  ];
  const status = statusOf(statusInputsOf(desk));
  return (
    <>
      {status.kind === "live" ? null : <p class={status.tone === "plain" ? "" : "warn"}><b>{status.word}.</b> {status.cause}</p>}
      {desk.server.facts?.generated ? <p>{dialogWords.coverageGenerated} <code>{desk.server.facts.next_step}</code></p> : null}
      <ul class="sources">
        {sources.map((source) => <li key={source.name}><b>{sourceWords(source)}</b>{source.since ? <span class="meta">{dialogWords.coverageSince(formatExactTime(source.since))}</span> : null}{source.detail ? <p>{source.detail}</p> : null}</li>)}
      </ul>
      <p class="meta">
        {figures.join(", ")}
      </p>
      {fault ? <p class="warn">{fault}</p> : null}
      {rows ? (
        <div class="table-place" tabIndex={0} role="region" aria-label={dialogWords.coverageTable}>
          <table>
            <thead><tr>{dialogWords.coverageColumns.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.source} ${row.from} ${row.why}`} class={row.why && !row.collected_later && !row.imported ? "gap-row" : ""}>
                  <td>{sourceName(row.source)}</td><td>{formatExactTime(row.from)}</td><td>{formatDuration((row.to ?? Date.now()) - row.from)}{row.to === null ? dialogWords.coverageSoFar : ""}</td>
                  <td>{row.imported ? dialogWords.coverageImported(row.why) : row.sampled ? dialogWords.coverageSample(row.why) : row.collected_later ? dialogWords.coverageCollectedLater(row.why) : row.why ? dialogWords.coverageNotCollected(row.why) : row.search === "*" || !row.search ? dialogWords.coverageAllPosts : row.search}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length ? null : <p class="meta">{dialogWords.coverageNone}</p>}
        </div>
      ) : fault ? null : <p class="meta">{dialogWords.coverageLoading}</p>}
    </>
  );
}
