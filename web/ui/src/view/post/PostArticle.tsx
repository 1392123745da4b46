/**
 * A post on the page of one post: author, time, text with its links and marks, poll, links, pictures and counts; small in lists, with a link
 * to its own page. Text of users is rendered as text, never as markup.
 */
import type { JSX } from "preact";
import { termOf } from "../../query/editQuery";
import { postPath, searchPath } from "../../state/post/postAddress";
import { splitSegments } from "../../text/postSegments";
import { formatCount } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";
import { hostOf, safeUrl } from "../../text/url";
import { type Post, readPost } from "../../wire/post";
import { Avatar } from "../card/Avatar";
import { AttachedFiles } from "../card/AttachedFiles";
import { AuthorName } from "../card/EmojiText";
import { MediaView } from "../card/MediaView";
import type { PictureSource } from "../card/pictureUrl";
import { PollView } from "../card/PollView";
import { TextParagraphs } from "../card/TextParagraphs";
import { cardWords, postWords } from "../../words";

const ELSEWHERE = { target: "_blank", rel: "noopener noreferrer nofollow" };

interface Props {
  pictures: PictureSource;
  post: Post;
  /** Places that are marked in the text, in code points. */
  marked?: readonly (readonly [number, number])[];
  /** Draw the post as one of many: without pictures, its time leads to its page. */
  small?: boolean;
  note?: string;
  id?: string;
}

export function PostArticle({ pictures, post, marked = [], small = false, note, id }: Props): JSX.Element {
  const { author } = post;
  const shown = readPost(post);
  const url = safeUrl(post.url);
  return (
    <article class={`post ${small ? "small" : "whole"}`} {...(id === undefined ? {} : { id })}>
      <Avatar desk={pictures} post={post} />
      <div class="body">
        <header class="by">
          <a class="author" dir="auto" href={searchPath(termOf("author", author.handle))}><AuthorName desk={pictures} post={post} /></a>
          {author.verified ? <span class="verified" title={cardWords.verifiedTitle} role="img" aria-label={cardWords.verified}>✓</span> : null}
          <bdi class="handle">@{author.handle}</bdi>
          <span class="network">{cardWords.network(post.source)}</span>
          <time dateTime={new Date(post.created_at).toISOString()}>
            {post.edited_at ? <span class="edited" title={cardWords.editedAt(post.edited_at)}>{cardWords.edited} </span> : null}
            {small ? <a href={postPath(post.id)}>{formatExactTime(post.created_at)}</a> : formatExactTime(post.created_at)}
          </time>
        </header>
        {note ? <p class="reply-to">{note}</p> : null}
        {post.reply_to?.handle ? <p class="reply-to">{cardWords.replyingTo} <bdi>@{post.reply_to.handle}</bdi></p> : null}
        {post.repost_of ? <p class="reply-to">{post.original ? postWords.repostOf(post.original.author.handle) : cardWords.originalNotStored}</p> : null}
        <PostWords pictures={pictures} post={shown} marked={marked} />
        <PollView post={shown} terms={[]} now={Date.now()} />
        {small ? smallMedia(shown) : (
          <>
            {shown.links.filter(({ title, url: link }) => title && safeUrl(link)).map(({ url: link, title, description }) => (
              <div class="link" key={link}>
                <a href={safeUrl(link) ?? ""} dir="auto" {...ELSEWHERE}>{title}</a>
                {description ? <p class="about" dir="auto">{description}</p> : null}
                <span class="host">{hostOf(link)}</span>
              </div>
            ))}
            <AttachedFiles post={shown} terms={[]} />
            <MediaView desk={pictures} post={shown} media={shown.sensitive ? "ask" : "show"} />
          </>
        )}
        {shown.original && shown.quote_of ? (
          <blockquote class="quote">
            <p class="by"><b><bdi><AuthorName desk={pictures} post={shown.original} /></bdi></b> <span class="handle"><bdi>@{shown.original.author.handle}</bdi></span></p>
            <PostWords pictures={pictures} post={shown.original} marked={[]} />
          </blockquote>
        ) : null}
        <footer class="numbers">
          <span>{countsOf(shown).join(" · ")}</span>
          {url ? <a href={url} {...ELSEWHERE}>{cardWords.actionOpen(post.source)}</a> : null}
        </footer>
      </div>
    </article>
  );
}

function smallMedia({ media }: Post): JSX.Element | null {
  return media.length ? <p class="reply-to">{postWords.pictures(media.length)}</p> : null;
}

/** Return the known counts in words. As on cards, a count of 0 is not shown. */
function countsOf({ counts }: Post): string[] {
  const { countReplies, countReposts, countLikes } = cardWords;
  const known: [number | null, readonly string[]][] = [[counts.replies, countReplies.word], [counts.reposts, countReposts.word], [counts.likes, countLikes.word]];
  return known.flatMap(([count, [one = "", many]]) => (!count ? [] : [many === undefined ? formatCount(count, one) : formatCount(count, one, many)]));
}

function PostWords({ pictures, post, marked }: { pictures: PictureSource; post: Post; marked: readonly (readonly [number, number])[] }): JSX.Element {
  const segments = splitSegments(post.text, post.entities, marked);
  return (
    <TextParagraphs pictures={pictures} post={post} segments={segments}
      termLink={(term, text) => <a href={searchPath(term)}>{text}</a>} />
  );
}
