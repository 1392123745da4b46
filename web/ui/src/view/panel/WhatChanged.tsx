/**
 * "What changed": a span of the selected column beside an earlier one, on demand: number of posts, risen and fallen words, new authors, and
 * what was not collected in either span.
 */
import type { JSX } from "preact";
import { termOf } from "../../query/editQuery";
import { AGAINST, type Against, type Changes } from "../../state/changes";
import type { Desk } from "../../state/desk";
import type { WordChange } from "../../stats/spanChanges";
import { formatSpan } from "../../text/formatTime";
import type { Gap } from "../../wire/frame";
import { TermLink } from "../card/PostText";
import { changesWords } from "../../words";

/** Gaps of a span that are named. */
const GAPS_NAMED = 3;

export function WhatChanged({ desk }: { desk: Desk }): JSX.Element {
  const { changes: state } = desk.insight;
  const chosen = desk.column.spec.from !== null;
  const names = chosen ? changesWords.AGAINST_SPAN : changesWords.AGAINST;
  return (
    <section class="what-changed" aria-label={changesWords.title}>
      <button aria-expanded={state.shown} onClick={() => state.toggle()}>{changesWords.show}</button>
      {state.shown ? (
        <>
          <label>{chosen ? changesWords.thisSpan : changesWords.lastHour}, {changesWords.against}{" "}
            <select value={state.against} onChange={(event) => state.choose(event.currentTarget.value as Against)}>
              {AGAINST.map((one) => <option key={one} value={one}>{names[one]}</option>)}
            </select>
          </label>{" "}
          <button disabled={state.loading} onClick={() => void state.compare()}>{changesWords.again}</button>
          {state.loading ? <p class="meta" role="status">{changesWords.loading}</p> : null}
          {state.problem ? <p class="meta warn" role="alert">{changesWords.failed(state.problem)}</p> : null}
          {state.changes ? <Comparison desk={desk} changes={state.changes} /> : null}
        </>
      ) : null}
    </section>
  );
}

function Comparison({ desk, changes }: { desk: Desk; changes: Changes }): JSX.Element {
  const { now, before, posts, gaps } = changes;
  const time = Date.now();
  return (
    <>
      <p class="meta">{formatSpan(now.from, now.to, time)} · {formatSpan(before.from, before.to, time)}</p>
      <p><b>{changesWords.posts(posts.now, posts.before)}</b>{posts.percent === null ? null : ` (${changesWords.change(posts.percent)})`}</p>
      <Gaps gaps={gaps.now} say={changesWords.gapNow} now={time} />
      <Gaps gaps={gaps.before} say={changesWords.gapBefore} now={time} />
      {posts.now && posts.before ? <Details desk={desk} changes={changes} /> : <p class="meta">{changesWords.nothingToCompare}</p>}
    </>
  );
}

/** Words and authors of both spans. They say something only where both spans have posts. */
function Details({ desk, changes: { risen, fallen, newAuthors, sample } }: { desk: Desk; changes: Changes }): JSX.Element {
  return (
    <>
      <Words desk={desk} title={changesWords.risen} none={changesWords.noneRisen} words={risen} />
      <Words desk={desk} title={changesWords.fallen} none={changesWords.noneFallen} words={fallen} />
      <h3>{changesWords.newAuthors}</h3>
      {newAuthors.length ? (
        <ul class="change-list">
          {newAuthors.map(({ value, label, count }) => (
            <li key={value}><TermLink desk={desk} term={termOf("author", value)}><bdi>{label || value}</bdi></TermLink> <span class="meta">{changesWords.authorPosts(count)}</span></li>
          ))}
        </ul>
      ) : <p class="meta">{changesWords.noNewAuthors}</p>}
      {sample ? <p class="meta">{changesWords.sampled(sample.counted, sample.matching)}</p> : null}
    </>
  );
}

function Words({ desk, title, none, words }: { desk: Desk; title: string; none: string; words: readonly WordChange[] }): JSX.Element {
  return (
    <>
      <h3>{title}</h3>
      {words.length ? (
        <ul class="change-list">
          {words.map(({ word, now, before, share }) => (
            <li key={word}><TermLink desk={desk} term={desk.insight.termOfWord(word)}><bdi>{word}</bdi></TermLink> <span class="meta">{changesWords.wordChange(now, before, share)}</span></li>
          ))}
        </ul>
      ) : <p class="meta">{none}</p>}
    </>
  );
}

function Gaps({ gaps, say, now }: { gaps: readonly Gap[]; say: (source: string, span: string) => string; now: number }): JSX.Element | null {
  if (!gaps.length) return null;
  return (
    <p class="meta warn">
      {gaps.slice(0, GAPS_NAMED).map(({ source, from, to }) => say(source, formatSpan(from, to ?? now, now))).join(" ")}
      {gaps.length > GAPS_NAMED ? ` ${changesWords.moreGaps(gaps.length - GAPS_NAMED)}` : ""}
    </p>
  );
}
