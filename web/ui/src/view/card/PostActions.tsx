/**
 * Counts and actions of a post. On X each count links to the web intent that replies, reposts or likes; other networks have no intents, so
 * that their counts are plain text. The actions open the post at its network and mute its author; a toast confirms the mute and offers
 * undo.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { LIST_MAX } from "../../state/page/settings";
import { formatCompact, formatCount } from "../../text/formatNumber";
import { safeUrl } from "../../text/url";
import type { Post } from "../../wire/post";
import { CountSigns, MuteSign, OpenSign } from "../icons";
import { cardWords, deckWords } from "../../words";

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

/** Actions "open" and "mute": visible on hover and focus, and always on devices without hover. */
export function PostActions({ desk, post }: { desk: Desk; post: Post }): JSX.Element {
  const url = safeUrl(post.url);
  const handle = `@${post.author.handle}`;
  return (
    <span class="actions">
      {url ? <a class="act" href={url} aria-label={cardWords.actionOpen(post.source)} title={cardWords.actionOpen(post.source)} {...ELSEWHERE}><OpenSign /></a> : null}
      <button class="act" aria-label={cardWords.actionMute(handle)} title={cardWords.actionMute(handle)} onClick={() => {
        const others = (): string[] => desk.settings.muted.filter((one) => one !== handle);
        if (others().length >= LIST_MAX) return desk.showToast(deckWords.toastMutesFull(LIST_MAX));
        desk.updateSettings({ muted: [...others(), handle] });
        desk.showToast(deckWords.toastMuted(handle), () => desk.updateSettings({ muted: others() }));
      }}><MuteSign /></button>
    </span>
  );
}
