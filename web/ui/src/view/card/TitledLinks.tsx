/**
 * Titled links of a post, at most two: the title opens the link in a new tab, and a click on the host adds `domain:` to the search (an
 * Alt-click excludes it). Links without a title, or with another scheme than http and https, are left out.
 */
import type { JSX } from "preact";
import { termOf } from "../../query/editQuery";
import type { Desk } from "../../state/desk";
import { hostOf, safeUrl } from "../../text/url";
import type { Post } from "../../wire/post";
import { TermLink } from "./PostText";

/** Links shown at most. */
const MOST = 2;

export function TitledLinks({ desk, post }: { desk: Desk; post: Post }): JSX.Element | null {
  const titled = post.links.filter((link) => link.title && safeUrl(link.url)).slice(0, MOST);
  if (!titled.length) return null;
  return (
    <>
      {titled.map((link) => (
        <div class="link" key={link.url}>
          <a href={safeUrl(link.url) ?? ""} target="_blank" rel="noopener noreferrer nofollow" dir="auto">{link.title}</a>
          <TermLink desk={desk} term={termOf("domain", hostOf(link.url))} class="host">{hostOf(link.url)}</TermLink>
        </div>
      ))}
    </>
  );
}
