/**
 * Place of the pinned posts: stands before the columns and lists the pinned posts of the deck, the last pinned first, each with its note,
 * which is written in place. A handled post is struck through, and can be hidden. Of a post that was deleted at its source only the time and
 * the note are left.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { NOTE_MAX_LENGTH } from "../../state/deck/saved/deckMarks";
import type { PinnedPost } from "../../state/pins/pinActions";
import { postPath, rememberDeck } from "../../state/post/postAddress";
import type { Desk } from "../../state/desk";
import { formatNumber } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";
import { readPost } from "../../wire/post";
import { Avatar } from "../card/Avatar";
import { AuthorName } from "../card/EmojiText";
import { PostText } from "../card/PostText";
import { Check } from "../dialogs/FormControls";
import { CloseSign } from "../icons";
import { cardWords, menuWords } from "../../words";

/** Pins mark no terms. One list, because a text is cut into pieces again for every other one. */
const NO_TERMS: readonly string[] = [];

export function PinnedPosts({ desk }: { desk: Desk }): JSX.Element {
  const { pins } = desk.posts;
  const list = pins.list();
  const missing = list.filter(({ post, problem, pin }) => !post && !problem && pin.gone_at === null).map(({ id }) => id).join(" ");
  useEffect(() => {
    if (missing) void pins.fetchMissing();
  }, [missing, pins]);
  return (
    <section class="column pins" aria-labelledby="pins-title" data-home="#pins-title">
      <div class="head">
        <h2 id="pins-title" tabIndex={-1}>{menuWords.pinned}</h2>
        <span class="count">{formatNumber(pins.count)}</span>
        <button class="plain round" aria-label={menuWords.pinnedClose} title={menuWords.pinnedClose} onClick={() => pins.toggle()}><CloseSign /></button>
      </div>
      <div class="pins-tools">
        <Check label={menuWords.pinnedHideHandled} on={desk.settings.hideHandled} change={(hide) => pins.setHideHandled(hide)} />
        {pins.hiddenCount ? <span class="meta">{menuWords.pinnedHidden(pins.hiddenCount)}</span> : null}
      </div>
      {pins.count ? (
        <ul class="pins-list" aria-label={menuWords.pinned} tabIndex={0}>
          {list.map((one) => <PinnedItem key={one.id} desk={desk} pinned={one} />)}
        </ul>
      ) : <p class="meta pins-none">{menuWords.pinnedNone}</p>}
    </section>
  );
}

function PinnedItem({ desk, pinned }: { desk: Desk; pinned: PinnedPost }): JSX.Element {
  const { id, pin } = pinned;
  const { pins } = desk.posts;
  const item = useRef<HTMLLIElement>(null);
  const editing = pins.editing === id;
  useLayoutEffect(() => {
    if (editing) item.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [editing]);
  return (
    <li class={`pin ${pin.handled ? "handled" : ""}`} ref={item}>
      <PinnedBody desk={desk} pinned={pinned} />
      {editing ? <NoteEditor note={pin.note} save={(note) => pins.saveNote(id, note)} cancel={() => pins.editNote(null)} />
        : pin.note ? <p class="note" dir="auto">{pin.note}</p> : null}
      <div class="pin-actions">
        {editing ? null : <button class="plain" onClick={() => pins.editNote(id)}>{pin.note ? menuWords.editNote : menuWords.addNote}</button>}
        <button class="plain" onClick={() => pins.setHandled(id, !pin.handled)}>{pin.handled ? menuWords.notHandled : menuWords.handled}</button>
        <button class="plain" onClick={() => pins.setPinned(id, false)}>{menuWords.unpin}</button>
      </div>
    </li>
  );
}

/** The post of a pin, or why it is not shown. */
function PinnedBody({ desk, pinned: { id, pin, post, problem } }: { desk: Desk; pinned: PinnedPost }): JSX.Element {
  if (pin.gone_at !== null) return <p class="meta gone-pin">{menuWords.pinnedGone(pin.gone_at)}</p>;
  if (!post) return <p class="meta">{problem ?? menuWords.pinnedLoading}</p>;
  const shown = readPost(post);
  return (
    <>
      <p class="by">
        <Avatar desk={desk} post={shown} />
        <b><bdi><AuthorName desk={desk} post={shown} /></bdi></b>
        <span class="network">{cardWords.network(shown.source)}</span>
        <a class="pin-time" href={postPath(id)} title={menuWords.pinnedAt(pin.pinned_at)} onClick={() => rememberDeck(location.pathname + location.search)}>{formatExactTime(shown.created_at)}</a>
      </p>
      <PostText desk={desk} column={desk.column} post={shown} terms={NO_TERMS} />
    </>
  );
}

/** Editor of a note. It keeps what was typed until the reader saves or cancels; Escape cancels, Ctrl or ⌘ with Enter saves. */
function NoteEditor({ note, save, cancel }: { note: string; save: (note: string) => void; cancel: () => void }): JSX.Element {
  const [draft, setDraft] = useState(note);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);
  const left = NOTE_MAX_LENGTH - draft.length;
  return (
    <form class="note-editor" onSubmit={(event) => {
      event.preventDefault();
      save(draft);
    }} onKeyDown={(event) => {
      if (event.key === "Escape") cancel();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(draft);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }}>
      <textarea ref={field} rows={3} dir="auto" aria-label={menuWords.noteLabel} placeholder={menuWords.noteHint} maxLength={NOTE_MAX_LENGTH} value={draft} onInput={(event) => setDraft(event.currentTarget.value)} />
      {left < 200 ? <span class="meta" role="status">{menuWords.noteLeft(left)}</span> : null}
      <button>{menuWords.noteSave}</button> <button type="button" class="plain" onClick={cancel}>{menuWords.noteCancel}</button>
    </form>
  );
}
