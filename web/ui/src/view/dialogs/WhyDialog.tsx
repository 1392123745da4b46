/** Dialog that says why a post matches: its text with the parts of the search marked, and each part with whether it was found, and where. */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { markSpans, matchedSpans } from "../../text/markSpans";
import { readPost } from "../../wire/post";
import { menuWords } from "../../words";

export function WhyDialog({ desk }: { desk: Desk }): JSX.Element {
  const { question, answer, problem } = desk.posts.why;
  if (!question) return <></>;
  if (problem) return <p class="warn" role="alert">{menuWords.whyFailed(problem)}</p>;
  if (!answer) return <p class="meta" role="status">{menuWords.whyLoading}</p>;
  const { post, title } = question;
  return (
    <>
      <p role="status">{answer.matches ? menuWords.whyMatches(title) : menuWords.whyDoesNot(title)}</p>
      <p class="text why-text" dir="auto">{markSpans(readPost(post).text, matchedSpans(answer.parts)).map((part, at) => (part.marked ? <mark key={at}>{part.text}</mark> : <span key={at}>{part.text}</span>))}</p>
      <h3>{menuWords.whyParts}</h3>
      <ul class="why-parts">
        {answer.parts.map(({ part, matched, spans: places }) => (
          <li key={part} class={matched ? "has" : "lacks"}>
            <bdi><code>{part}</code></bdi> {matched ? menuWords.whyHas : menuWords.whyLacks}
            {matched ? <span class="meta"> · {places.length ? menuWords.whyMarked(places.length) : menuWords.whyElsewhere}</span> : null}
          </li>
        ))}
      </ul>
    </>
  );
}
