/** Text with the terms of the search marked: for option, title and description, which have no tags or links. */
import type { JSX } from "preact";
import { highlightSpans } from "../../text/tokenizer";

export function MarkedText({ text, terms }: { text: string; terms: readonly string[] }): JSX.Element {
  const parts: (string | JSX.Element)[] = [];
  let end = 0;
  for (const [from, to] of highlightSpans(text, terms).sort((a, b) => a[0] - b[0])) {
    if (from < end) continue;
    parts.push(text.slice(end, from), <mark key={from}>{text.slice(from, to)}</mark>);
    end = to;
  }
  parts.push(text.slice(end));
  return <>{parts}</>;
}
