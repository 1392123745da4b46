/**
 * Titled links of a post, at most two: title, description and picture of the preview. The title opens the link in a new tab, and a click on
 * the host adds `domain:` to the search (an Alt-click excludes it). Links without a title, or with another scheme than http and https, are
 * left out. The picture comes through the server's proxy; it is left out where media are covered or hidden.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { termOf } from "../../query/editQuery";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import type { Settings } from "../../state/page/settings";
import { hostOf, safeUrl } from "../../text/url";
import type { Post } from "../../wire/post";
import { MarkedText } from "./MarkedText";
import { pictureFailed, pictureUrl, type Slot } from "./pictureUrl";
import { TermLink } from "./PostText";

/** Links shown at most. */
const MOST = 2;

function PreviewPicture({ desk, post, slot }: { desk: Desk; post: Post; slot: Slot }): JSX.Element | null {
  const [, again] = useState({});
  const url = pictureUrl(desk.server.facts, post, slot);
  return url ? <img class="preview" src={url} alt="" loading="lazy" decoding="async" onError={() => { pictureFailed(post, slot); again({}); }} /> : null;
}

export function TitledLinks({ desk, column, post, terms, media }: { desk: Desk; column: Column; post: Post; terms: readonly string[]; media: Settings["media"] }): JSX.Element | null {
  const titled = post.links.map((link, number) => ({ link, number })).filter(({ link }) => link.title && safeUrl(link.url)).slice(0, MOST);
  if (!titled.length) return null;
  const pictures = media === "show" && !post.sensitive;
  return (
    <>
      {titled.map(({ link, number }) => (
        <div class="link" key={link.url}>
          <a href={safeUrl(link.url) ?? ""} target="_blank" rel="noopener noreferrer nofollow" dir="auto"><MarkedText text={link.title} terms={terms} /></a>
          {link.description ? <p class="about" dir="auto">{link.description}</p> : null}
          {pictures && link.image ? <PreviewPicture desk={desk} post={post} slot={`link-${number}`} /> : null}
          <TermLink desk={desk} column={column} term={termOf("domain", hostOf(link.url))} class="host">{hostOf(link.url)}</TermLink>
        </div>
      ))}
    </>
  );
}
