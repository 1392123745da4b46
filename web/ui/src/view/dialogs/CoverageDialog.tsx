/** Sources as they are, and what was collected when. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { statusOf } from "../../state/status";
import type { Desk } from "../../state/desk";
import { formatExactTime, formatDuration } from "../../text/formatTime";
import { coverageRows } from "../../state/apiQuestions";
import type { CoverageRow } from "../../wire/api";
import { coverageWords } from "../../words/dialogs";
import { sourceName, sourceWords } from "../../words/status";
import { statusInputsOf } from "../../state/statusInputs";

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
    ...(indexed === undefined ? [] : [coverageWords.stored(indexed)]), ...(rate === undefined ? [] : [coverageWords.rate(rate)]),
    ...(connected === undefined ? [] : [coverageWords.viewers(connected)]), coverageWords.loaded(desk.column.run.posts.size),
  ];
  const condition = statusOf(statusInputsOf(desk));
  return (
    <>
      {condition.kind === "live" ? null : <p class={condition.tone === "plain" ? "" : "warn"}><b>{condition.word}.</b> {condition.cause}</p>}
      {desk.server.facts?.generated ? <p>{coverageWords.generated} <code>{desk.server.facts.next_step}</code></p> : null}
      <ul class="sources">
        {sources.map((source) => <li key={source.name}><b>{sourceWords(source)}</b>{source.since ? <span class="meta">{coverageWords.since(formatExactTime(source.since))}</span> : null}{source.detail ? <p>{source.detail}</p> : null}</li>)}
      </ul>
      <p class="meta">
        {figures.join(", ")}
      </p>
      {fault ? <p class="warn">{fault}</p> : null}
      {rows ? (
        <div class="table-place" tabIndex={0} role="region" aria-label={coverageWords.table}>
          <table>
            <thead><tr>{coverageWords.columns.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.source} ${row.from}`} class={row.why ? "gap-row" : ""}>
                  <td>{sourceName(row.source)}</td><td>{formatExactTime(row.from)}</td><td>{formatDuration((row.to ?? Date.now()) - row.from)}{row.to === null ? coverageWords.soFar : ""}</td>
                  <td>{row.sampled ? coverageWords.sample(row.why) : row.why ? coverageWords.notCollected(row.why) : row.search === "*" || !row.search ? coverageWords.allPosts : row.search}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length ? null : <p class="meta">{coverageWords.none}</p>}
        </div>
      ) : fault ? null : <p class="meta">{coverageWords.loading}</p>}
    </>
  );
}
