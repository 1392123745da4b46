/**
 * Paragraphs of a post's text: draws the segments of a text as elements, each paragraph in the direction of its own words, links with the
 * real host after a text that names another one, and emoji of the server's own as pictures. The caller draws what leads to a search.
 */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { termOf } from "../../query/editQuery";
import { splitParagraphs } from "../../text/paragraphs";
import type { Segment } from "../../text/postSegments";
import { otherHost, safeUrl } from "../../text/url";
import type { Post } from "../../wire/post";
import { cardWords } from "../../words";
import { EmojiPicture } from "./EmojiText";
import type { PictureSource } from "./pictureUrl";

interface Props {
  pictures: PictureSource;
  post: Post;
  segments: readonly Segment[];
  /** Draws the link of a term of the search around its text. */
  termLink: (term: string, text: JSX.Element) => JSX.Element;
  id?: string | undefined;
}

function Piece({ pictures, post, segment, termLink }: Omit<Props, "segments" | "id"> & { segment: Segment }): JSX.Element {
  const text = segment.marked ? <mark>{segment.text}</mark> : <>{segment.text}</>;
  switch (segment.kind) {
    case "text":
      return text;
    case "emoji": {
      const number = post.emojis?.findIndex((emoji) => emoji.name === segment.value) ?? -1;
      return number < 0 ? text : <EmojiPicture desk={pictures} post={post} slot={`emoji-${number}`} name={segment.value} />;
    }
    case "link": {
      const url = safeUrl(segment.value);
      if (!url) return text;
      const host = otherHost(segment.ends ?? "", url);
      return <a href={url} target="_blank" rel="noopener noreferrer nofollow">{text}{host ? <span class="leads-to">{cardWords.leadsTo(host)}</span> : null}</a>;
    }
    default:
      return termLink(termOf(segment.kind, segment.value), text);
  }
}

export function TextParagraphs({ pictures, post, segments, termLink, id }: Props): JSX.Element {
  const paragraphs = useMemo(() => splitParagraphs(segments), [segments]);
  const directions = new Set(paragraphs?.map((one) => one.direction));
  const pieces = (some: readonly Segment[]): JSX.Element[] => some.map((segment, at) => <Piece key={at} pictures={pictures} post={post} segment={segment} termLink={termLink} />);
  return (
    <p class="text" id={id} dir={paragraphs?.[0]?.direction ?? "auto"} {...(post.lang && post.lang !== "und" ? { lang: post.lang } : {})}>
      {paragraphs && directions.size > 1
        ? paragraphs.map((one, at) => <span class="paragraph" key={at} dir={one.direction}>{pieces(one.segments)}</span>)
        : pieces(segments)}
    </p>
  );
}
