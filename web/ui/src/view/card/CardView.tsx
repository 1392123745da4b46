/**
 * Card of one post: author, time, text, poll, links, files, media, quoted post, counts, actions, reposts and near-duplicates. The body is drawn again
 * only when its own data changed, and an error in it becomes a message in its place. `RemovedCard` is the placeholder of a removed post in
 * a list that must not move. Text of users is rendered as text, never as markup.
 */
import { Component, type JSX } from "preact";
import type { Card } from "../../posts/cardIndex";
import { termOf } from "../../query/editQuery";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import type { Settings } from "../../state/page/settings";
import type { ColumnSpec } from "../../state/columnSpec";
import { safeUrl } from "../../text/url";
import type { Pin } from "../../wire/deckApi";
import type { PageFacts } from "../../wire/api";
import { PostActions, PostCounts } from "./PostActions";
import { Avatar } from "./Avatar";
import { AttachedFiles, MatchingDescriptions } from "./AttachedFiles";
import { AuthorName } from "./EmojiText";
import { PollView } from "./PollView";
import { RepostsAndDuplicates } from "./RepostsAndDuplicates";
import { TitledLinks } from "./TitledLinks";
import { MediaView } from "./MediaView";
import { PostText, TermLink } from "./PostText";
import { PostTime } from "./PostTime";
import { formatList } from "../../text/formatNumber";
import { cardWords, menuWords, readingWords } from "../../words";

interface BodyProps {
  desk: Desk;
  column: Column;
  /** Spec of the column: links in a card add terms to this search. */
  spec: ColumnSpec;
  card: Card;
  stamp: number;
  /** Changes every ten seconds, so that the age of the post ("2 min") is drawn again. */
  clock: number;
  terms: string[];
  settings: Settings;
  /** Whether the server proxies pictures; undefined until the server's facts have arrived. */
  images: PageFacts["images"] | undefined;
  /** Draw the card without its actions: the list is moving. */
  bare: boolean;
  /** Why the column hides the post, in words, while the reader has chosen to see what is hidden; "" for others. */
  hidden: string;
  /** The post's pin in the deck, undefined where it has none. */
  pin: Pin | undefined;
}

export interface CardProps extends BodyProps {
  position: number;
  of: number;
  fresh: boolean;
  unread: boolean;
  /** Whether the line where unread ends stands under the card. */
  readLine: boolean;
}

/** Return the part of an element's id that names a post in a column: several columns may show the same post. */
function idIn(column: Column, postId: string): string {
  return `${column.id}-${postId}`;
}

/**
 * Frame of a card. Every arrival changes the position of the card in the list; the body is drawn again only when it changed itself.
 * In place of a post that cannot be drawn there is a message, until a later version of the post arrives.
 */
export class CardView extends Component<CardProps, { failed: number | null }> {
  override state: { failed: number | null } = { failed: null };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: this.props.stamp });
  }

  override render({ position, of, fresh, unread, readLine, ...body }: CardProps): JSX.Element {
    const { id } = body.card;
    return (
      <article class={`card ${fresh ? "fresh" : ""} ${unread ? "is-unread" : ""} ${readLine ? "last-unread" : ""}`} data-id={id} data-line={readLine ? readingWords.line : undefined} tabIndex={0} aria-posinset={position} aria-setsize={of} aria-description={unread ? readingWords.unreadPost : undefined} aria-labelledby={`who-${idIn(body.column, id)} when-${idIn(body.column, id)} text-${idIn(body.column, id)}`}>
        {this.state.failed === body.stamp ? <p class="body failed" id={`text-${idIn(body.column, id)}`}>{cardWords.cannotBeShown}</p> : <CardBody {...body} />}
      </article>
    );
  }
}

const DRAWN_FOR: readonly (keyof BodyProps)[] = ["stamp", "card", "spec", "clock", "terms", "settings", "images", "bare", "hidden", "pin"];

export class CardBody extends Component<BodyProps> {
  override shouldComponentUpdate(next: BodyProps): boolean {
    return DRAWN_FOR.some((name) => next[name] !== this.props[name]);
  }

  override render({ desk, column, spec, card, bare, hidden, pin }: BodyProps): JSX.Element {
    const { post } = card;
    const { author } = post;
    const now = Date.now();
    const id = idIn(column, card.id);
    const ids = { who: `who-${id}`, when: `when-${id}`, text: `text-${id}` };
    const url = safeUrl(post.url);
    const inside = !card.own && !post.text && post.repost_of;
    return (
      <>
        <Avatar desk={desk} post={post} />
        <div class="body">
          {hidden ? <p class="hidden-why">{hidden}</p> : null}
          <header class="by">
            <TermLink desk={desk} column={column} term={termOf("author", author.handle)} class="author" id={ids.who} dir="auto"><AuthorName desk={desk} post={post} /></TermLink>
            {author.verified ? <span class="verified" title={cardWords.verifiedTitle} role="img" aria-label={cardWords.verified}>✓</span> : null}
            {author.bot ? <span class="network" title={cardWords.botTitle}>{cardWords.bot}</span> : null}
            <bdi class="handle">@{author.handle}</bdi>
            <span class="network">{cardWords.network(post.source)}</span>
            <PostTime at={post.created_at} editedAt={post.edited_at ?? null} now={now} url={url} id={ids.when} />
          </header>
          {post.reply_to?.handle ? <p class="reply-to">{cardWords.replyingTo} <bdi>@{post.reply_to.handle}</bdi></p> : null}
          {inside ? <p class="reply-to" id={ids.text}>{cardWords.originalNotStored}</p> : (
            <PostText desk={desk} column={column} post={post} terms={column.run.terms} id={ids.text} />
          )}
          <PollView post={post} terms={column.run.terms} now={now} />
          <TitledLinks desk={desk} column={column} post={post} terms={column.run.terms} media={spec.media} />
          <AttachedFiles post={post} terms={column.run.terms} />
          <MediaView desk={desk} post={post} media={spec.media} />
          <MatchingDescriptions post={post} terms={column.run.terms} />
          {post.original && post.quote_of && !column.run.posts.isDeleted(post.quote_of) ? <Quote desk={desk} column={column} card={card} /> : null}
          <PinLine pin={pin} />
          <footer class="numbers">
            <PostCounts post={post} />
            {bare ? null : <PostActions desk={desk} post={post} />}
            {!author.followers ? null : <span class="followers">{cardWords.followers(author.followers)}</span>}
          </footer>
          <RepostsAndDuplicates desk={desk} column={column} card={card} ranking={spec.order !== "latest"} />
        </div>
      </>
    );
  }
}

/** Line that says that the post is pinned or handled, with its note. */
function PinLine({ pin }: { pin: Pin | undefined }): JSX.Element | null {
  if (!pin || (!pin.pinned && !pin.handled)) return null;
  const states = [pin.pinned ? menuWords.pinned : "", pin.handled ? menuWords.isHandled : ""].filter(Boolean);
  return <p class="pin-line">{formatList(states)}{pin.note ? <> · <bdi>{pin.note}</bdi></> : null}</p>;
}

function Quote({ desk, column, card }: { desk: Desk; column: Column; card: Card }): JSX.Element | null {
  const quoted = card.post.original;
  if (!quoted) return null;
  return (
    <blockquote class="quote">
      <p class="by"><b><bdi><AuthorName desk={desk} post={quoted} /></bdi></b> <span class="handle"><bdi>@{quoted.author.handle}</bdi></span></p>
      <PostText desk={desk} column={column} post={quoted} terms={column.run.terms} />
      <PollView post={quoted} terms={column.run.terms} now={Date.now()} />
    </blockquote>
  );
}

/** Placeholder of a removed post, as high as its card, while the list must not move. Shows the reason, and nothing of the post. */
export function RemovedCard({ id, deleted, height }: { id: string; deleted: boolean; height: number | undefined }): JSX.Element {
  return (
    <div class="gone" data-id={id} ref={(box) => { if (box && height) box.style.height = `${height}px`; }}>
      {cardWords.removed(deleted)}
    </div>
  );
}
