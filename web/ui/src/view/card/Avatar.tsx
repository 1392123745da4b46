/**
 * Avatar of an author: the picture through the server's proxy, or else an initial on one of six colours, fixed for each account. Where
 * pictures are off there is no request; a picture that fails to load is recorded as failed, and the initial takes its place.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { initialOf } from "../../text/initial";
import type { Post } from "../../wire/post";
import { pictureUrl, pictureFailed, type PictureSource } from "./pictureUrl";

const COLOURS = 6;

function colourOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum % COLOURS;
}

export function Avatar({ desk, post }: { desk: PictureSource; post: Post }): JSX.Element {
  const [, again] = useState({});
  const { author } = post;
  const url = desk.settings.pictures && author.avatar ? pictureUrl(desk.server.facts, post, "avatar") : null;
  return (
    <span class={`avatar hue-${colourOf(author.id)}`} aria-hidden="true">
      {url ? <img src={url} alt="" width="32" height="32" loading="lazy" decoding="async" onError={() => { pictureFailed(post, "avatar"); again({}); }} /> : initialOf(author.name, author.handle)}
    </span>
  );
}
