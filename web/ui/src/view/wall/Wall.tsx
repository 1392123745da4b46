/**
 * Wall: the page for a projector. One column after the other in large type, without controls; sensitive pictures stay covered, posts wait for
 * the delay of the wall mode, and neither sounds nor questions come. Escape leaves. This module is a chunk of its own.
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Card } from "../../posts/cardIndex";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { statusOf } from "../../state/page/status";
import { statusInputsOf } from "../../state/page/statusInputs";
import { searchWithWall, WallDelay, type WallMode } from "../../state/page/wallMode";
import { formatNumber } from "../../text/formatNumber";
import { cardWords, columnsWords, wallWords } from "../../words";
import { Avatar } from "../card/Avatar";
import { AuthorName } from "../card/EmojiText";
import { MediaView } from "../card/MediaView";
import { PollView } from "../card/PollView";
import { PostText } from "../card/PostText";
import { PostTime } from "../card/PostTime";
import "../../style/wall.css";

/** Milliseconds that each column is shown in its turn. */
const TURN_MS = 20_000;
/** Posts shown at most; what does not fit is cut off. */
const POSTS_MAX = 12;

/** Return the address without wall mode: Escape leads there. */
export function leaveWall(): void {
  location.assign(location.pathname + searchWithWall(location.search, false));
}

function WallPost({ desk, column, card }: { desk: Desk; column: Column; card: Card }): JSX.Element {
  const { post } = card;
  const id = `wall-${card.id}`;
  return (
    <article class="wall-post" data-id={card.id} aria-labelledby={id}>
      <Avatar desk={desk} post={post} />
      <div>
        <header id={id}>
          <b dir="auto"><AuthorName desk={desk} post={post} /></b> <bdi>@{post.author.handle}</bdi> <span>{cardWords.network(post.source)}</span>{" "}
          <PostTime at={post.created_at} editedAt={post.edited_at ?? null} now={Date.now()} url={null} id={`${id}-time`} />
        </header>
        {!card.own && !post.text && post.repost_of ? <p>{cardWords.originalNotStored}</p> : <PostText desk={desk} column={column} post={post} terms={column.run.terms} />}
        <PollView post={post} terms={column.run.terms} now={Date.now()} />
        <MediaView desk={desk} post={post} media={column.spec.media} />
      </div>
    </article>
  );
}

/** Keep the screen on while the wall is shown, where the browser can; it asks nobody. */
function useScreenOn(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    const request = (): void => {
      if (document.visibilityState === "visible" && "wakeLock" in navigator) navigator.wakeLock.request("screen").then((got) => { lock = got; }, () => undefined);
    };
    request();
    document.addEventListener("visibilitychange", request);
    return () => {
      document.removeEventListener("visibilitychange", request);
      void lock?.release();
    };
  }, []);
}

export function Wall({ desk, mode, frame }: { desk: Desk; mode: WallMode; frame: number }): JSX.Element {
  const delays = useRef(new WeakMap<object, WallDelay>());
  useScreenOn();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") leaveWall();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const now = Date.now();
  const { columns } = desk;
  // Every column notes its posts also while another has its turn, so that their wait goes on.
  const shown = columns.map((column) => {
    const { run } = column;
    let delay = delays.current.get(run);
    if (!delay) delays.current.set(run, delay = new WallDelay(mode.delayMs));
    return run.isLoaded ? delay.shown(run.cards(frame).filter((card) => !run.hasLeft(card)), now, POSTS_MAX) : [];
  });
  const turn = Math.floor(now / TURN_MS) % columns.length;
  const column = columns[turn] ?? desk.column;
  const status = statusOf(statusInputsOf(desk, column));
  const cards = shown[turn] ?? [];
  return (
    <main class="wall" aria-label={wallWords.wall}>
      <header class="wall-head">
        <h1><bdi>{columnsWords.nameOf(column.spec)}</bdi></h1>
        <p>{[columns.length > 1 ? wallWords.turn(turn + 1, columns.length) : "", column.run.counts.timeline ? wallWords.matches(column.run.counts.timeline.total) : "",
          status.kind === "live" ? "" : status.word].filter(Boolean).join(" · ")}</p>
      </header>
      <div class="wall-posts" inert>
        {cards.map((card) => <WallPost key={card.id} desk={desk} column={column} card={card} />)}
      </div>
      {cards.length ? null : <p class="wall-empty">{wallWords.empty}</p>}
      <p class="wall-foot">{wallWords.foot(formatNumber(mode.delayMs / 1000))}</p>
    </main>
  );
}
