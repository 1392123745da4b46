/**
 * Time of a post, as a link to the post where its address is safe: its age ("2 min"), and the exact time with its zone on hover, while the
 * card has the focus, and for screen readers.
 */
import type { JSX } from "preact";
import { formatAge, formatExactTime } from "../../text/formatTime";

export function PostTime({ at, now, url, id }: { at: number; now: number; url: string | null; id: string }): JSX.Element {
  const words = <><span class="ago">{formatAge(at, now)}</span><span class="exact" id={id}>{formatExactTime(at)}</span></>;
  return (
    <time dateTime={new Date(at).toISOString()}>
      {url ? <a href={url} target="_blank" rel="noopener noreferrer nofollow" tabIndex={-1}>{words}</a> : words}
    </time>
  );
}
