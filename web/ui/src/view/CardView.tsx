/** One post as a card. Text is only ever text. Drawn again when the card, the minute, the terms or a setting changed. */
import { Component, type JSX } from "preact";
import type { Card } from "../hold/folding";
import { termOf } from "../query/edit";
import type { Column } from "../state/column";
import type { Page } from "../state/page";
import type { Settings } from "../state/settings";
import { compact } from "../text/number";
import { safeUrl } from "../text/segments";
import type { PageFacts } from "../wire/api";
import { Actions, Numbers } from "./Actions";
import { Avatar } from "./Avatar";
import { Folded } from "./Folded";
import { LinkCards } from "./LinkCards";
import { MediaView } from "./MediaView";
import { PostText, TermLink } from "./PostText";
import { When } from "./When";

export interface CardProps {
  page: Page;
  column: Column;
  card: Card;
  stamp: number;
  minute: number;
  terms: string[];
  settings: Settings;
  /** Whether the server fetches pictures; not known at the first draw. */
  images: PageFacts["images"] | undefined;
  position: number;
  of: number;
  fresh: boolean;
  /** Without its actions, for now. */
  bare: boolean;
}

const NETWORKS: Record<string, string> = { x: "X", bluesky: "Bluesky", mastodon: "Mastodon", demo: "demo" };

export class CardView extends Component<CardProps> {
  override shouldComponentUpdate(next: CardProps): boolean {
    const now = this.props;
    return next.stamp !== now.stamp || next.card !== now.card || next.minute !== now.minute || next.terms !== now.terms
      || next.settings !== now.settings || next.images !== now.images || next.position !== now.position || next.of !== now.of || next.bare !== now.bare;
  }

  override render({ page, column, card, settings, position, of, fresh, bare }: CardProps): JSX.Element {
    const { post } = card;
    const { author } = post;
    const now = Date.now();
    const ids = { who: `who-${card.id}`, when: `when-${card.id}`, text: `text-${card.id}` };
    const url = safeUrl(post.url);
    const inside = !card.own && !post.text && post.repost_of;
    return (
      <article class={`card ${fresh ? "fresh" : ""}`} data-id={card.id} tabIndex={0} aria-posinset={position} aria-setsize={of} aria-labelledby={`${ids.who} ${ids.when} ${ids.text}`}>
        <Avatar page={page} post={post} />
        <div class="body">
          <header class="by">
            <TermLink page={page} term={termOf("author", author.handle)} class="author" id={ids.who} dir="auto">{author.name || author.handle}</TermLink>
            {author.verified ? <span class="verified" title="Verified" role="img" aria-label="verified">✓</span> : null}
            <bdi class="handle">@{author.handle}</bdi>
            <span class="network">{NETWORKS[post.source] ?? post.source}</span>
            <When at={post.created_at} now={now} url={url} id={ids.when} />
          </header>
          {post.reply_to?.handle ? <p class="reply-to">Replying to <bdi>@{post.reply_to.handle}</bdi></p> : null}
          {inside ? <p class="reply-to" id={ids.text}>A repost; its original is not stored.</p> : (
            <PostText page={page} post={post} terms={column.terms} id={ids.text} />
          )}
          <LinkCards page={page} post={post} />
          <MediaView page={page} post={post} media={settings.media} />
          {post.original && post.quote_of && !column.holding.withdrawn(post.quote_of) ? <Quote page={page} column={column} card={card} /> : null}
          <footer class="numbers">
            <Numbers post={post} />
            {bare ? null : <Actions page={page} post={post} />}
            {author.followers === null ? null : <span class="followers">{compact(author.followers)} followers</span>}
          </footer>
          <Folded page={page} column={column} card={card} ranking={column.place.order !== "latest"} />
        </div>
      </article>
    );
  }
}

function Quote({ page, column, card }: { page: Page; column: Column; card: Card }): JSX.Element | null {
  const quoted = card.post.original;
  if (!quoted) return null;
  return (
    <blockquote class="quote">
      <p class="by"><b><bdi>{quoted.author.name || quoted.author.handle}</bdi></b> <span class="handle"><bdi>@{quoted.author.handle}</bdi></span></p>
      <PostText page={page} post={quoted} terms={column.terms} />
    </blockquote>
  );
}

/** Stands where a card was while nothing may move: what left, and no more of it. */
export function GoneView({ id, withdrawn, height }: { id: string; withdrawn: boolean; height: number | undefined }): JSX.Element {
  return (
    <div class="gone" data-id={id} ref={(box) => { if (box && height) box.style.height = `${height}px`; }}>
      {withdrawn ? "Withdrawn at its source" : "No longer matches"}
    </div>
  );
}
