/**
 * Notices under the top bar, each only when needed: the posts are generated, a source is paused or sampled on purpose, worker and web do
 * not share a store, or the page is older than the server and can be reloaded.
 */
import type { JSX } from "preact";
import { sourceName, sourceWords } from "../../words/sources";
import { deckWords, problemWords } from "../../words";
import type { Desk } from "../../state/desk";

export function Notices({ desk }: { desk: Desk }): JSX.Element | null {
  const { facts, sources } = desk.server;
  const outdated = desk.outdated ? (
    <div class="notice bad" role="alert">{problemWords.outdated} <button onClick={() => location.reload()}>{problemWords.reload}</button></div>
  ) : null;
  if (!facts) return outdated;
  const generated = facts.generated || (sources.length > 0 && sources.every((source) => source.generated));
  const onPurpose = sources.filter((source) => (source.state === "resting" || source.state === "sampling") && source.detail);
  return (
    <>
      {outdated}
      {facts.problem ? <div class="notice bad" role="alert">{facts.problem}</div> : null}
      {onPurpose.map((one) => (
        <aside key={one.name} class="notice" aria-label={deckWords.noticeAboutSource(sourceName(one.name))}>{sourceWords(one)}: {one.detail}</aside>
      ))}
      {generated ? (
        <aside class="notice" aria-label={deckWords.noticeAboutPosts}>
          {deckWords.noticeGenerated} <code>{facts.next_step}</code>
        </aside>
      ) : null}
    </>
  );
}
