/**
 * Text of a post: tags, mentions and links as links, matched words marked, emoji of the server's own as pictures, each paragraph in the
 * direction of its own words, and the real host after a link whose text names another one.
 * `TermLink`, used by other views as well, adds its term to the search by a click and excludes it by an Alt-click. The text is split into
 * elements, never parsed as markup.
 */
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { termOf, withTerm } from "../../query/editQuery";
import { writeRoute } from "../../state/page/route";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { splitParagraphs } from "../../text/paragraphs";
import { splitSegments, type Segment } from "../../text/postSegments";
import { otherHost, safeUrl } from "../../text/url";
import type { Post } from "../../wire/post";
import { EmojiPicture } from "./EmojiText";
import { cardWords } from "../../words";

interface TermLinkProps {
  desk: Desk;
  /** Column whose search gets the term; by default the selected one. */
  column?: Column | undefined;
  term: string;
  children: ComponentChildren;
  class?: string;
  title?: string;
  id?: string;
  dir?: "auto";
}

/** Link that adds a term to the search. A click runs the search, Alt-click excludes the term, a middle click opens a tab. */
export function TermLink(props: TermLinkProps): JSX.Element {
  const { desk, column = desk.column, term, children } = props;
  const href = writeRoute({ ...column.spec, query: withTerm(column.spec.query, term) }, "/");
  return (
    <a class={props.class ?? "term"} id={props.id} dir={props.dir} href={href} data-term={term} title={props.title ?? cardWords.addTerm(term)} onClick={(event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      desk.addTerm(term, event.altKey, column);
    }}>{children}</a>
  );
}

function Piece({ desk, column, post, segment }: { desk: Desk; column: Column; post: Post; segment: Segment }): JSX.Element {
  const text = segment.marked ? <mark>{segment.text}</mark> : <>{segment.text}</>;
  switch (segment.kind) {
    case "text":
      return text;
    case "emoji": {
      const number = post.emojis?.findIndex((emoji) => emoji.name === segment.value) ?? -1;
      return number < 0 ? text : <EmojiPicture desk={desk} post={post} slot={`emoji-${number}`} name={segment.value} />;
    }
    case "link": {
      const url = safeUrl(segment.value);
      if (!url) return text;
      const host = otherHost(segment.ends ?? "", url);
      return <a href={url} target="_blank" rel="noopener noreferrer nofollow">{text}{host ? <span class="leads-to">{cardWords.leadsTo(host)}</span> : null}</a>;
    }
    default:
      return <TermLink desk={desk} column={column} term={termOf(segment.kind, segment.value)}>{text}</TermLink>;
  }
}

export function PostText({ desk, column, post, terms, id }: { desk: Desk; column: Column; post: Post; terms: readonly string[]; id?: string }): JSX.Element {
  const segments = useMemo(() => splitSegments(post.text, post.entities, terms), [post, terms]);
  const paragraphs = useMemo(() => splitParagraphs(segments), [segments]);
  const directions = new Set(paragraphs?.map((one) => one.direction));
  const pieces = (some: readonly Segment[]): JSX.Element[] => some.map((segment, at) => <Piece key={at} desk={desk} column={column} post={post} segment={segment} />);
  return (
    <p class="text" id={id} dir={paragraphs?.[0]?.direction ?? "auto"} {...(post.lang && post.lang !== "und" ? { lang: post.lang } : {})}>
      {paragraphs && directions.size > 1
        ? paragraphs.map((one, at) => <span class="paragraph" key={at} dir={one.direction}>{pieces(one.segments)}</span>)
        : pieces(segments)}
    </p>
  );
}
