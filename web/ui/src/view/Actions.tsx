/** What can be done with a post. X has intents; elsewhere the post is opened. No dead buttons. */
import type { JSX } from "preact";
import type { Page } from "../state/page";
import { safeUrl } from "../text/segments";
import type { Post } from "../wire/post";
import { LikeSign, MuteSign, OpenSign, ReplySign, RepostSign } from "./icons";

const INTENT = "https://x.com/intent/";

function Go({ href, label, children }: { href: string; label: string; children: JSX.Element }): JSX.Element {
  return <a class="act" href={href} target="_blank" rel="noopener noreferrer nofollow" aria-label={label} title={label}>{children}</a>;
}

export function Actions({ page, post }: { page: Page; post: Post }): JSX.Element {
  const url = safeUrl(post.url);
  const number = post.source === "x" ? /^x:(\d+)$/u.exec(post.id)?.[1] : undefined;
  const handle = `@${post.author.handle}`;
  return (
    <span class="actions">
      {number ? (
        <>
          <Go href={`${INTENT}post?in_reply_to=${number}`} label="Reply on X"><ReplySign /></Go>
          <Go href={`${INTENT}retweet?tweet_id=${number}`} label="Repost on X"><RepostSign /></Go>
          <Go href={`${INTENT}like?tweet_id=${number}`} label="Like on X"><LikeSign /></Go>
        </>
      ) : null}
      {url ? <Go href={url} label="Open at its source"><OpenSign /></Go> : null}
      <button class="act" aria-label={`Mute ${handle}`} title={`Mute ${handle}`} onClick={() => {
        const { muted } = page.settings;
        page.set({ muted: [...muted.filter((one) => one !== handle), handle] });
        page.say(`Muted ${handle}`, () => page.set({ muted }));
      }}><MuteSign /></button>
    </span>
  );
}
