/**
 * Text of a post on a card: its tags and mentions add their term to the search of the column, its matched words are marked
 * (`TextParagraphs`). `TermLink`, used by other views as well, adds its term to the search by a click and excludes it by an Alt-click. The
 * text is split into elements, never parsed as markup.
 */
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { withTerm } from "../../query/editQuery";
import { writeRoute } from "../../state/page/route";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { splitSegments } from "../../text/postSegments";
import type { Post } from "../../wire/post";
import { TextParagraphs } from "./TextParagraphs";
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

export function PostText({ desk, column, post, terms, id }: { desk: Desk; column: Column; post: Post; terms: readonly string[]; id?: string }): JSX.Element {
  const segments = useMemo(() => splitSegments(post.text, post.entities, terms), [post, terms]);
  return (
    <TextParagraphs pictures={desk} post={post} segments={segments} id={id}
      termLink={(term, text) => <TermLink desk={desk} column={column} term={term}>{text}</TermLink>} />
  );
}
