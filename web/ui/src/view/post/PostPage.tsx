/**
 * Page of one post: the post, why it matched, its conversation, its versions, and what was collected around it, with a way back to the deck. A
 * deleted post is a sentence with the time. Each part says by itself that it is on its way, or why it cannot be shown.
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { placeConversation } from "../../posts/conversationTree";
import { searchPath } from "../../state/post/postAddress";
import type { ColumnMatch, Part, PostPageState } from "../../state/post/postPageState";
import { formatExactTime } from "../../text/formatTime";
import type { Neighbours } from "../../wire/api";
import type { Post } from "../../wire/post";
import { cardWords, columnsWords, deckWords, postWords } from "../../words";
import { PostArticle } from "./PostArticle";
import { PostVersions } from "./PostVersions";

/** Steps to the right that an answer goes at most. */
const DEPTH_MAX = 6;

export function PostPage({ state }: { state: PostPageState }): JSX.Element {
  const { post } = state;
  const title = post ? postWords.title(post.author.handle) : postWords.titleUnknown;
  useEffect(() => {
    document.title = post ? postWords.tabTitle(post.author.handle, deckWords.name) : deckWords.name;
  }, [post]);
  return (
    <div class="post-page">
      <header class="post-top">
        <a class="button" href={state.deck}>{postWords.back}</a>
        <h1 id="post-title" tabIndex={-1}>{title}</h1>
        {post ? <button class="print" onClick={() => print()}>{postWords.print}</button> : null}
      </header>
      <main aria-labelledby="post-title">{post ? <Shown state={state} post={post} /> : <Absent state={state} />}</main>
    </div>
  );
}

function Absent({ state }: { state: PostPageState }): JSX.Element {
  switch (state.status) {
    case "deleted":
      return <p class="absent" role="status">{state.deletedAt === null ? postWords.deletedNow : postWords.deleted(state.deletedAt)}</p>;
    case "not-stored":
      return <p class="absent" role="status">{postWords.notStored}</p>;
    case "signed-out":
      return <p class="absent" role="status">{postWords.signIn} <a href={`/login?next=${encodeURIComponent(location.pathname)}`}>{postWords.signInLink}</a></p>;
    case "failed":
      return <p class="absent" role="alert">{postWords.failed(state.problem)} <button onClick={() => void state.load()}>{postWords.tryAgain}</button></p>;
    default:
      return <p class="absent" role="status">{postWords.loading}</p>;
  }
}

function Shown({ state, post }: { state: PostPageState; post: Post }): JSX.Element {
  return (
    <>
      <section aria-label={postWords.thisPost}>
        <PostArticle pictures={state} post={post} marked={state.markedSpans} />
        <dl class="facts">
          <div><dt>{postWords.postId}</dt><dd><bdi>{post.id}</bdi></dd></div>
          <div><dd>{postWords.collectedAt(post.received_at)}</dd></div>
          {post.claimed_at === null ? null : <div><dd>{postWords.claimedAt(post.claimed_at)}</dd></div>}
        </dl>
      </section>
      <Section title={postWords.why} part={state.matches}>{(matches) => <Matches state={state} matches={matches} />}</Section>
      <Section title={postWords.conversation} part={state.conversation}>{(conversation) => {
        const others = conversation.posts.length > 1;
        const rootMissing = others && !conversation.posts.some(({ id }) => id === conversation.root);
        const focus = post.repost_of || post.id;
        return (
          <>
            {others ? null : <p class="meta">{postWords.conversationAlone}</p>}
            {rootMissing ? <p class="meta">{postWords.conversationRootMissing}</p> : null}
            {others ? (
              <ol class="thread">
                {placeConversation(conversation.posts).map(({ post: one, depth }) => (
                  <li key={one.id} class={`depth-${Math.min(depth, DEPTH_MAX)} ${one.id === focus ? "here" : ""}`} aria-current={one.id === focus ? "true" : undefined}>
                    <PostArticle pictures={state} post={one} small {...(one.quote_of === focus ? { note: postWords.quotes } : {})} />
                  </li>
                ))}
              </ol>
            ) : null}
            {conversation.more ? <p><button onClick={() => void state.moreOfConversation()}>{postWords.conversationMore}</button></p> : null}
            {others && post.conversation_id ? <p><a class="button" href={searchPath(`conversation:${post.conversation_id}`)}>{postWords.conversationSearch}</a></p> : null}
          </>
        );
      }}</Section>
      <Section title={postWords.versions} part={state.versions}>{(versions) => <PostVersions state={state} versions={versions} />}</Section>
      <Section title={postWords.around} part={state.around}>{({ source, author }) => (
        <>
          <Around state={state} title={postWords.aroundSource(cardWords.network(post.source))} post={post} sides={source} />
          <Around state={state} title={postWords.aroundAuthor(post.author.handle)} post={post} sides={author} />
        </>
      )}</Section>
    </>
  );
}

function Section<T>({ title, part, children }: { title: string; part: Part<T>; children: (value: T) => ComponentChildren }): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      {part === null ? <p class="meta">{postWords.partLoading}</p> : "problem" in part ? <p class="meta warn">{postWords.partFailed(part.problem)}</p> : children(part.value)}
    </section>
  );
}

function Matches({ state, matches }: { state: PostPageState; matches: readonly ColumnMatch[] }): JSX.Element {
  if (!matches.some(({ explanation }) => explanation.matches)) return <p class="meta">{postWords.whyNone}</p>;
  return (
    <ul class="matches">
      {matches.map(({ spec, explanation }) => (
        <li key={spec.id}>
          <p>{postWords.whyColumn(columnsWords.nameOf(spec), explanation.matches)}</p>
          <ul class="parts">
            {explanation.parts.map(({ part, matched }) => <li key={part} class={matched ? "has" : "lacks"}>{postWords.whyPart(part, matched)}</li>)}
          </ul>
          {explanation.parts.some(({ matched, spans }) => matched && spans.length)
            ? <button aria-pressed={state.marked === spec.id} onClick={() => state.mark(state.marked === spec.id ? null : spec.id)}>{postWords.whyMark}</button> : null}
        </li>
      ))}
    </ul>
  );
}

function Around({ state, title, post, sides }: { state: PostPageState; title: string; post: Post; sides: Neighbours }): JSX.Element {
  const item = (one: Post): JSX.Element => <li key={one.id}><PostArticle pictures={state} post={one} small /></li>;
  return (
    <>
      <h3>{title}</h3>
      {sides.before.length || sides.after.length ? (
        <ol class="around">
          {[...sides.before].reverse().map(item)}
          <li class="here" aria-current="true">{postWords.aroundHere}, {formatExactTime(post.created_at)}</li>
          {sides.after.map(item)}
        </ol>
      ) : <p class="meta">{postWords.aroundNone}</p>}
    </>
  );
}
