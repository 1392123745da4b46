/**
 * Emoji of a server's own, as pictures through this server's proxy: inside a text (`EmojiPicture`) and in a name (`AuthorName`). Where
 * pictures are off, or one failed, its name between colons stands in its place.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Post } from "../../wire/post";
import { pictureFailed, pictureUrl, type Slot, type PictureSource } from "./pictureUrl";

export function EmojiPicture({ desk, post, slot, name }: { desk: PictureSource; post: Post; slot: Slot; name: string }): JSX.Element {
  const [, again] = useState({});
  const url = desk.settings.pictures ? pictureUrl(desk.server.facts, post, slot) : null;
  const words = `:${name}:`;
  if (!url) return <>{words}</>;
  return <img class="emoji" src={url} alt={words} title={words} loading="lazy" decoding="async" onError={() => { pictureFailed(post, slot); again({}); }} />;
}

/** Display name of a post's author, or the handle where there is no name. */
export function AuthorName({ desk, post }: { desk: PictureSource; post: Post }): JSX.Element {
  const { name, handle, emojis = [] } = post.author;
  if (!name || !emojis.length) return <>{name || handle}</>;
  const numberOf = new Map(emojis.map((emoji, at) => [emoji.name, at]));
  const parts = name.split(/(:[^\s:]+:)/u);
  return (
    <>
      {parts.map((part, at) => {
        const number = at % 2 ? numberOf.get(part.slice(1, -1)) : undefined;
        return number === undefined ? part : <EmojiPicture key={at} desk={desk} post={post} slot={`author-emoji-${number}`} name={part.slice(1, -1)} />;
      })}
    </>
  );
}
