/**
 * Line under a card with the number of reposts and of near-duplicates, and in rankings the reach. A click on either number opens the list
 * of at most 50 of them in place. While the list of cards is paused, a new line does not appear, because it would move the cards below it.
 */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Card } from "../../posts/cardIndex";
import { reachOf } from "../../posts/ranking";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { formatAge, formatExactTime } from "../../text/formatTime";
import { RepostSign } from "../icons";
import { AuthorName } from "./EmojiText";
import { PostText } from "./PostText";
import { cardWords } from "../../words";

/** Posts that an opened list shows at most. */
const MOST = 50;

export function RepostsAndDuplicates({ desk, column, card, ranking }: { desk: Desk; column: Column; card: Card; ranking: boolean }): JSX.Element | null {
  const [reposts, setReposts] = useState(false);
  const [alike, setAlike] = useState(false);
  const others = card.duplicates ? card.duplicates.size - 1 : 0;
  const inView = ranking && (card.reposts.size > 0 || column.spec.order === "inview" || column.spec.order === "reach");
  const any = card.reposts.size > 0 || others > 0 || inView;
  const had = useRef(any);
  if (column.run.state === "live") had.current = any;
  if (!any || !had.current) return null;  // while the list is paused, a new line would move the cards below it
  const now = Date.now();
  const reach = Math.max(reachOf(card), (column.spec.order === "reach" ? column.run.ranking.valueOf(card) : null) ?? 0);
  return (
    <div class="folded">
      {card.reposts.size ? (
        <button class="fold" aria-expanded={reposts} onClick={() => setReposts(!reposts)}><RepostSign /> {cardWords.underCardReposts(card.reposts.size)}</button>
      ) : null}
      {inView && (card.reposts.size || reach) ? (
        <span class="in-view">{cardWords.underCardReach(card.reposts.size, reach)}</span>
      ) : null}
      {others > 0 ? <button class="fold" aria-expanded={alike} onClick={() => setAlike(!alike)}>{cardWords.underCardSimilar(others)}</button> : null}
      {reposts ? (
        <ul class="under">
          {[...card.reposts.values()].sort((a, b) => b.created_at - a.created_at).slice(0, MOST).map((post) => (
            <li key={post.id}>
              <b><bdi><AuthorName desk={desk} post={post} /></bdi></b> <span class="handle"><bdi>@{post.author.handle}</bdi></span>
              {!post.author.followers ? null : <> {cardWords.followers(post.author.followers)}</>}
              <time dateTime={new Date(post.created_at).toISOString()} title={formatExactTime(post.created_at)}>{formatAge(post.created_at, now)}</time>
            </li>
          ))}
        </ul>
      ) : null}
      {alike ? (
        <ul class="under">
          {column.run.cardIndex.otherDuplicates(card).slice(0, MOST).map((other) => (
            <li key={other.id}>
              <b><bdi><AuthorName desk={desk} post={other.post} /></bdi></b> <span class="handle"><bdi>@{other.post.author.handle}</bdi></span>
              <time dateTime={new Date(other.post.created_at).toISOString()} title={formatExactTime(other.post.created_at)}>{formatAge(other.post.created_at, now)}</time>
              <PostText desk={desk} column={column} post={other.post} terms={column.run.terms} />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
