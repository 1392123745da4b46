/**
 * Pictures of a post, at most four, 16:9, through the server's proxy; the last says how many more there are. A video is shown as its
 * preview with a badge. A click on a picture opens the post, or else the media. The pictures are covered until a click where the post is
 * sensitive, or where the reader chose to cover media; a picture that fails to load is recorded as failed and left out.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Settings } from "../../state/page/settings";
import { safeUrl } from "../../text/url";
import type { Media, Post } from "../../wire/post";
import { pictureUrl, pictureFailed, type PictureSource } from "./pictureUrl";
import { cardWords } from "../../words";

/** Pictures shown at most. */
const MOST = 4;

function Picture({ desk, post, media, slot, more }: { desk: PictureSource; post: Post; media: Media; slot: number; more: number }): JSX.Element | null {
  const [, again] = useState({});
  const url = pictureUrl(desk.server.facts, post, slot);
  if (!url) return null;
  const link = safeUrl(post.url) ?? safeUrl(media.url);
  const picture = <img src={url} alt={media.alt || (media.type === "image" ? cardWords.mediaNoDescription : cardWords.mediaVideoPreview)} loading="lazy" decoding="async" onError={() => { pictureFailed(post, slot); again({}); }} />;
  return (
    <span class="still">
      {link ? <a href={link} target="_blank" rel="noopener noreferrer nofollow">{picture}</a> : picture}
      {more ? <span class="badge more" title={cardWords.mediaMoreTitle(more)}>{cardWords.mediaMore(more)}</span> : null}
      {media.type === "image" ? null : <span class="badge">{media.type === "gif" ? cardWords.mediaGif : cardWords.mediaVideo}</span>}
    </span>
  );
}

export function MediaView({ desk, post, media }: { desk: PictureSource; post: Post; media: Settings["media"] }): JSX.Element | null {
  const [opened, setOpened] = useState(false);
  const pictures = post.media.map((one, slot) => ({ one, slot })).filter(({ one }) => one.type !== "file");
  if (!pictures.length || media === "hide" || desk.server.facts?.images !== "proxy") return null;
  const covered = !opened && (post.sensitive || media === "ask");
  if (covered)
    return (
      <button class="covered" onClick={() => setOpened(true)}>
        {cardWords.mediaCovered(post.sensitive, pictures.length)}
      </button>
    );
  const shown = pictures.slice(0, MOST);
  return (
    <div class={`media of-${shown.length}`}>
      {shown.map(({ one, slot }, at) => <Picture key={one.url + slot} desk={desk} post={post} media={one} slot={slot} more={at === MOST - 1 ? pictures.length - MOST : 0} />)}
    </div>
  );
}
