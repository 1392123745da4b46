"""AppView adapter: makes canonical posts of Bluesky's post views, of feeds with reposts, and of threads.

The record inside is read like the stream's; author, counts and labels come from the view. A quoted post that came along
is a post of its own. The version is the time at which the AppView indexed the record, which is the same whenever the
view is read. A post that its label, or that of its account, hides from some people is not stored; the words of such a
quoted post leave the raw record too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise.bluesky.jetstream_wire import KnownProfile
from pipeline.normalise.bluesky.post_adapter import (
    SENSITIVE_LABELS,
    WITHHOLDING_LABELS,
    author_of,
    post_events,
)
from pipeline.normalise.bluesky.record_ids import (
    REPOST,
    is_usable,
    post_id,
    referenced_post,
    tid_us,
)
from pipeline.normalise.bluesky.record_wire import RecordRef, decode_post, is_present
from pipeline.normalise.bluesky.view_wire import (
    FeedItem,
    PostView,
    RepostReason,
    ViewAuthor,
    ViewLabel,
    decode_quote_view,
    decode_tree,
    decode_view,
)
from pipeline.normalise.field_validation import valid_count
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.post import Counts, Event, Notice, Post, QuoteDetachment, Upsert

_HIDING_LABELS = WITHHOLDING_LABELS | {"!takedown", "!suspend"}
"""Labels under which a post is not shown to everybody, on it or on its account, whoever gave them."""

_BOT_LABEL = "bot"
"""Label of an account that is automated."""

MAX_QUOTED_POSTS = 4
"""Most quoted posts inside each other that are read from one view."""

MAX_THREAD_POSTS = 2_000
"""Most posts of a thread that are read from one record."""

_encode = msgspec.json.Encoder().encode


def view_events(view: PostView, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of a post view, the quoted posts first.

    Raises:
        RecordError: the view has no post's address or no record.
    """
    return _view_events(view, raw, received_at, 0)


def item_events(item: FeedItem, received_at: int) -> list[Event]:
    """Return the events of an item of a feed: its post, and the repost that brought it there."""
    view = decode_view(item.post)
    found = view_events(view, bytes(item.post), received_at)
    post = found[-1].post if found and isinstance(found[-1], Upsert) else None
    if post is None:
        return found
    parent = item.reply.parent if item.reply is not None else None
    answered = referenced_post(RecordRef(parent.uri))[0] if parent is not None else ""
    if parent is not None and parent.author is not None and post.reply_to is not None and answered == post.reply_to.id:
        post.reply_to.handle = _handle(parent.author)
    if item.reason is not None and item.reason.type.endswith("#reasonRepost"):
        found += _repost(item.reason, post.id, received_at)
    return found


def thread_events(raw: bytes, received_at: int) -> list[Event]:
    """Return the events of a thread: `getPostThread` (a tree) or `getPostThreadV2` (a list).

    Raises:
        RecordError: no post of it can be read.
    """
    thread = decode_tree(raw)
    waiting: list[Any] = [thread.get("thread", thread)]
    views: list[Any] = []
    while waiting and len(views) < MAX_THREAD_POSTS:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node[::-1]
        elif isinstance(node, dict):
            if isinstance(node.get("post"), dict):
                views.append(node["post"])
            waiting += [node.get("replies"), node.get("value"), node.get("parent")]
    found: list[Event] = []
    troubles: list[str] = []
    for one in views:
        part = _encode(one)
        try:
            found += view_events(decode_view(part), part, received_at)
        except (RecordError, msgspec.MsgspecError) as error:
            troubles.append(str(error))
    if troubles and len(troubles) == len(views):
        raise RecordError(f"a thread without a readable post: {troubles[0]}"[:300])
    return found


def _view_events(view: PostView, raw: bytes, received_at: int, depth: int) -> list[Event]:
    found_id, did = referenced_post(RecordRef(view.uri))
    record = view.record if is_present(view.record) else view.value
    if not found_id or not is_present(record):
        raise RecordError(f"AppView record that is no post: {view.uri[:80]!r}")
    author = view.author if view.author is not None else ViewAuthor(did)
    if author.did and author.did != did:
        raise RecordError("AppView record of another author than its address names")
    if _is_withheld(view, author):
        return [Notice("bluesky", "withheld", "a post that is not shown to everybody")]
    key = found_id.rpartition("/")[2]
    version = min(iso_to_ms(view.indexed_at) or (tid_us(key) or received_at * 1000) // 1000, received_at)
    post = Post(
        id=found_id,
        version=version,
        source="bluesky",
        created_at=version,
        received_at=received_at,
        author=author_of(did, _profile(author)),
        counts=Counts(*map(valid_count, (view.reply_count, view.repost_count, view.quote_count, view.like_count))),
    )
    quoted, state = _quoted(view, received_at, depth)
    if state == "withheld":
        raw = _without_embeds(raw)
    found = post_events(post, decode_post(record), key, raw)
    if found and isinstance(found[-1], Upsert):
        post.sensitive = post.sensitive or bool(_values(view.labels, author.labels) & SENSITIVE_LABELS)
        if state == "detached" and post.quote_of:
            quoted.append(QuoteDetachment(post.id, post.quote_of))
        if state in ("withheld", "detached"):
            post.quote_of = ""
    return [*quoted, *found]


def _quoted(view: PostView, received_at: int, depth: int) -> tuple[list[Event], str]:
    """Return the events of the quoted post that came along, and "withheld" or "detached" where it is not shown."""
    if depth >= MAX_QUOTED_POSTS:
        return [], ""
    for embed in (view.embed, *(view.embeds or ())):
        try:
            quote = decode_quote_view(embed) if is_present(embed) else None
            if quote is not None and quote.type.startswith("app.bsky.embed.recordWithMedia"):
                quote = decode_quote_view(quote.record)
            if quote is None or not is_present(quote.record):
                continue
            kind = decode_tree(quote.record).get("$type", "")
            if str(kind).endswith("#viewDetached"):
                return [], "detached"
            inner = decode_view(quote.record)
            if not is_present(inner.value):
                continue
            found = _view_events(inner, b"", received_at, depth + 1)
        except (RecordError, msgspec.MsgspecError):
            continue
        upserts = [event for event in found if isinstance(event, Upsert)]
        return list(upserts), "" if upserts else "withheld"
    return [], ""


def _without_embeds(raw: bytes) -> bytes:
    """Return a view without what it embeds: the words of a post that is not shown are kept nowhere."""
    if not raw:
        return raw
    return _encode({name: part for name, part in decode_tree(raw).items() if name not in ("embed", "embeds")})


def _is_withheld(view: PostView, author: ViewAuthor) -> bool:
    return not _HIDING_LABELS.isdisjoint(_values(view.labels, author.labels))


def _values(*lists: Iterable[ViewLabel] | None) -> set[str]:
    return {label.val for labels in lists for label in labels or () if not label.neg}


def _handle(author: ViewAuthor) -> str:
    """Return the handle of an account, its DID where the handle does not lead back to the account."""
    return author.handle if author.handle and author.handle != "handle.invalid" else author.did


def _profile(author: ViewAuthor) -> KnownProfile | None:
    if not author.did:
        return None
    return KnownProfile(
        handle=_handle(author),
        name=author.display_name or "",
        avatar=author.avatar or "",
        bot=_BOT_LABEL in _values(author.labels),
    )


def _repost(reason: RepostReason, original: str, received_at: int) -> list[Event]:
    """Return the repost that a feed tells of; [] where the feed does not name its record (before 2025)."""
    parts = reason.uri.removeprefix("at://").split("/")
    if reason.by is None or len(parts) != 3 or parts[1] != REPOST or not is_usable(parts[0], parts[2]):
        return []
    if _is_withheld(PostView(), reason.by) or (reason.by.did and reason.by.did != parts[0]):
        return []
    at_ms = min(iso_to_ms(reason.indexed_at) or received_at, received_at)
    post = Post(
        id=post_id(parts[0], parts[2]),
        version=at_ms,
        source="bluesky",
        url=f"https://bsky.app/profile/{parts[0]}",
        created_at=at_ms,
        received_at=received_at,
        author=author_of(parts[0], _profile(reason.by)),
        repost_of=original,
    )
    return [Upsert(post, _encode(reason))]
