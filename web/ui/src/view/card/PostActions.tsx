/**
 * Counts and actions of a post. On X each count links to the web intent that replies, reposts or likes; other networks have no intents, so
 * that their counts are plain text. The actions open the post at its network, mute its author, and open the menu
 * of the card.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { muteTerm } from "../../state/menus/muting";
import { formatCompact, formatCount } from "../../text/formatNumber";
import { safeUrl } from "../../text/url";
import type { Post } from "../../wire/post";
import { CountSigns, MoreSign, MuteSign, OpenSign } from "../icons";
import { openCardMenu } from "../menus/menuEvents";
import { cardWords, menuWords } from "../../words";

const INTENT = "https://x.com/intent/";
const ELSEWHERE = { target: "_blank", rel: "noopener noreferrer nofollow" };

interface Intent {
  href: string;
  does: string;
}

function CountLink({ at, value, word, intent }: { at: number; value: number | null; word: readonly [string, string]; intent: Intent | null }): JSX.Element {
  const said = value ? formatCount(value, ...word) : "";
  const title = [said, intent?.does].filter(Boolean).join(". ");
  const words = value ? formatCompact(value) : "";
  return intent ? <a class={`number of-${at} go`} href={intent.href} aria-label={title} title={title} {...ELSEWHERE}>{words}</a>
    : <span class={`number of-${at}`} role="img" aria-label={title} title={title}>{words}</span>;
}

const COUNTS = [
  { of: "replies", path: "post?in_reply_to", ...cardWords.countReplies },
  { of: "reposts", path: "retweet?tweet_id", ...cardWords.countReposts },
  { of: "likes", path: "like?tweet_id", ...cardWords.countLikes },
] as const;

/** Counts of replies, reposts and likes, each at a fixed position; a count of 0 is not shown. On X each count is a link that does the same. */
export function PostCounts({ post }: { post: Post }): JSX.Element | null {
  const { counts } = post;
  const number = post.source === "x" ? /^x:(\d+)$/u.exec(post.id)?.[1] : undefined;
  const shown = COUNTS.map(({ of }) => Boolean(counts[of]) || number !== undefined);
  if (!shown.includes(true)) return null;
  return (
    <span class="counts">
      <CountSigns shown={shown} />
      {COUNTS.map(({ of, word, path, does }, at) => shown[at] ? (
        <CountLink key={of} at={at} value={counts[of]} word={word} intent={number ? { href: `${INTENT}${path}=${number}`, does } : null} />
      ) : null)}
    </span>
  );
}

/** Actions "open", "mute" and the menu of the card: visible on hover and focus, and always on devices without hover. */
export function PostActions({ desk, post }: { desk: Desk; post: Post }): JSX.Element {
  const url = safeUrl(post.url);
  const handle = `@${post.author.handle}`;
  return (
    <span class="actions">
      {url ? <a class="act" href={url} aria-label={cardWords.actionOpen(post.source)} title={cardWords.actionOpen(post.source)} {...ELSEWHERE}><OpenSign /></a> : null}
      <button class="act" aria-label={cardWords.actionMute(handle)} title={cardWords.actionMute(handle)} onClick={() => muteTerm(desk, handle)}><MuteSign /></button>
      <button class="act" aria-label={menuWords.openMenu} title={menuWords.openMenu} aria-haspopup="menu" onClick={(event) => {
        const { left, bottom } = event.currentTarget.getBoundingClientRect();
        openCardMenu(desk, event.currentTarget, { x: left, y: bottom });
      }}><MoreSign /></button>
    </span>
  );
}
