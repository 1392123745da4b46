/**
 * Time of a post, as a link to the post where its address is safe: its age ("2 min"), and the exact time with its zone on hover, while the
 * card has the focus, and for screen readers. Before it stands "edited" where the author changed the post.
 */
import type { JSX } from "preact";
import { formatAge, formatExactTime } from "../../text/formatTime";
import { cardWords } from "../../words";

export function PostTime({ at, editedAt, now, url, id }: { at: number; editedAt: number | null; now: number; url: string | null; id: string }): JSX.Element {
  const edited = editedAt === null ? null : <span class="edited" title={cardWords.editedAt(editedAt)}>{cardWords.edited} </span>;
  const words = <><span class="ago">{formatAge(at, now)}</span><span class="exact" id={id}>{formatExactTime(at)}</span></>;
  return (
    <time dateTime={new Date(at).toISOString()}>
      {edited}{url ? <a href={url} target="_blank" rel="noopener noreferrer nofollow" tabIndex={-1}>{words}</a> : words}
    </time>
  );
}
