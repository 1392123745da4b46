/** What can be done with a post. X has intents, which are its numbers themselves; elsewhere the post is opened. No dead buttons. */
import type { JSX } from "preact";
import type { Page } from "../state/page";
import { compact, counted } from "../text/number";
import { safeUrl } from "../text/segments";
import type { Post } from "../wire/post";
import { LikeSign, MuteSign, OpenSign, ReplySign, RepostSign } from "./icons";

const INTENT = "https://x.com/intent/";
const ELSEWHERE = { target: "_blank", rel: "noopener noreferrer nofollow" };

interface Intent {
  href: string;
  does: string;
}

function Number_({ sign, value, word, intent }: { sign: JSX.Element; value: number | null; word: [string, string]; intent: Intent | null }): JSX.Element | null {
  if (value === null && !intent) return null;
  const said = value === null ? "" : counted(value, ...word);
  const title = [said, intent?.does].filter(Boolean).join(". ");
  const words = <>{sign}{value === null ? null : <> {compact(value)}</>}</>;
  return intent ? <a class="number go" href={intent.href} aria-label={title} title={title} {...ELSEWHERE}>{words}</a>
    : <span class="number" role="img" aria-label={title} title={title}>{words}</span>;
}

/** Replies, reposts and likes; on X each is the way to do the same. */
export function Numbers({ post }: { post: Post }): JSX.Element {
  const { counts } = post;
  const number = post.source === "x" ? /^x:(\d+)$/u.exec(post.id)?.[1] : undefined;
  const intent = (path: string, does: string): Intent | null => (number ? { href: `${INTENT}${path}=${number}`, does } : null);
  return (
    <>
      <Number_ sign={<ReplySign />} value={counts.replies} word={["reply", "replies"]} intent={intent("post?in_reply_to", "Reply on X")} />
      <Number_ sign={<RepostSign />} value={counts.reposts} word={["repost", "reposts"]} intent={intent("retweet?tweet_id", "Repost on X")} />
      <Number_ sign={<LikeSign />} value={counts.likes} word={["like", "likes"]} intent={intent("like?tweet_id", "Like on X")} />
    </>
  );
}

/** What shows on hover and focus, and always where there is no hover. */
export function Actions({ page, post }: { page: Page; post: Post }): JSX.Element {
  const url = safeUrl(post.url);
  const handle = `@${post.author.handle}`;
  return (
    <span class="actions">
      {url ? <a class="act" href={url} aria-label="Open at its source" title="Open at its source" {...ELSEWHERE}><OpenSign /></a> : null}
      <button class="act" aria-label={`Mute ${handle}`} title={`Mute ${handle}`} onClick={() => {
        const { muted } = page.settings;
        page.set({ muted: [...muted.filter((one) => one !== handle), handle] });
        page.say(`Muted ${handle}`, () => page.set({ muted }));
      }}><MuteSign /></button>
    </span>
  );
}
