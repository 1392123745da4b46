/**
 * Poll of a post: its options with the share of each, where the source tells votes, and below them how many votes there are and until when
 * people can vote. Words that match the search are marked.
 */
import type { JSX } from "preact";
import type { Post } from "../../wire/post";
import { MarkedText } from "./MarkedText";
import { cardWords } from "../../words";

export function PollView({ post, terms, now }: { post: Post; terms: readonly string[]; now: number }): JSX.Element | null {
  const { poll } = post;
  if (!poll?.options.length) return null;
  const known = poll.options.every((option) => option.votes !== null);
  const total = poll.options.reduce((sum, option) => sum + (option.votes ?? 0), 0);
  return (
    <div class="poll">
      <ul>
        {poll.options.map((option, at) => (
          <li key={at}>
            <bdi><MarkedText text={option.text} terms={terms} /></bdi>
            {known && total ? <span class="share">{cardWords.pollShare((option.votes ?? 0) / total)}</span> : null}
          </li>
        ))}
      </ul>
      <p class="poll-end">{cardWords.pollEnd(known ? total : null, poll.closes_at, now)}</p>
    </div>
  );
}
