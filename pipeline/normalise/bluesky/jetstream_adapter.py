"""Jetstream adapter: turns a Bluesky event, on the old or new wire, into a post, a repost or a deletion.

The old wire is `/subscribe`, the new one `network.bsky.jetstream.subscribeEvents`. This module decides id, version and
author, adds the profiles and counts that our own source put beside the event, and leaves the record to
`post_adapter.py`. A post's version is the time inside the commit's revision, which is the same on every server, or the
event's time where the two are a day apart; with a known profile it is one millisecond newer, so that the post can be
published again with its author's name. A post whose author is visible to signed-in people only becomes a deletion.
`account_events.py` reads what happens to accounts. Likes, follows, blocks and profile records give no event.
"""

from __future__ import annotations

from msgspec import Struct

from pipeline.errors import RecordError
from pipeline.normalise.bluesky.account_events import account_events, identity_events, sync_events
from pipeline.normalise.bluesky.jetstream_wire import (
    JetstreamCommit,
    JetstreamEvent,
    JetstreamFrame,
    KnownCounts,
    KnownProfile,
)
from pipeline.normalise.bluesky.post_adapter import author_of, post_events, repost_events
from pipeline.normalise.bluesky.postgates import postgate_events
from pipeline.normalise.bluesky.record_ids import POST, POSTGATE, REPOST, is_usable, post_id, revision_ms
from pipeline.normalise.bluesky.record_wire import decode_post, decode_repost, is_present
from pipeline.normalise.field_validation import MAX_SAFE_INTEGER, valid_count
from pipeline.normalise.timestamps import truncated_ms
from pipeline.post import Counts, Deletion, Event, Notice, Post


class _CommitContext(Struct):
    """The event around a commit: repository, server time, time of receipt, and the data that our own source added."""

    did: str
    event_ms: int
    received_at: int
    profiles: dict[str, KnownProfile]
    counts: KnownCounts | None = None


def events(event: JetstreamEvent, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of one Jetstream event; [] where it concerns no post.

    Raises:
        RecordError: the event lacks the repository, the record key or the record.
    """
    time_us = event.time_us
    event_ms = time_us // 1000 if time_us is not None and 0 < time_us < MAX_SAFE_INTEGER else received_at
    _check_repository(event.did)
    if event.kind == "account" and event.account is not None:
        return account_events(event.did, event.account, event_ms)
    if event.kind == "identity" and event.identity is not None:
        return identity_events(event.did, event.identity, event_ms)
    commit = event.commit
    if commit is None:
        return []
    if not is_present(commit.record):
        commit.record = event.record
    return _commit_events(commit, _CommitContext(event.did, event_ms, received_at, event.profiles, event.counts), raw)


def frame_events(frame: JetstreamFrame, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of one frame of the newer wire (`network.bsky.jetstream.subscribeEvents`).

    Raises:
        RecordError: the frame lacks the repository, the record key or the record.
    """
    message = frame.payload
    if message is None:
        return [Notice("bluesky", "warning", f"{frame.error or 'an empty frame'} {frame.message}"[:200].strip())]
    kind = message.type.rpartition("#")[2]
    event_ms = truncated_ms(message.witnessed_at or message.time) or received_at
    if kind in ("account", "identity", "sync"):
        _check_repository(message.did)
        if message.account is not None:
            return account_events(message.did, message.account, event_ms)
        if message.identity is not None:
            return identity_events(message.did, message.identity, event_ms)
        return sync_events(message.did, message.sync, event_ms) if kind == "sync" else []
    if kind != "commit":
        return []
    _check_repository(message.did)
    commit = JetstreamCommit(message.operation, message.collection, message.rkey, message.rev, message.record)
    return _commit_events(commit, _CommitContext(message.did, event_ms, received_at, frame.profiles), raw)


def _check_repository(did: str) -> None:
    if not is_usable(did, "-"):
        raise RecordError(f"Jetstream event of no repository: {did[:40]!r}")


def _commit_events(commit: JetstreamCommit, context: _CommitContext, raw: bytes) -> list[Event]:
    did = context.did
    if commit.collection not in (POST, REPOST):
        return postgate_events(did, commit) if commit.collection == POSTGATE else []
    if not commit.rkey or not is_usable(did, commit.rkey):
        raise RecordError("Jetstream commit without a usable record key")
    version = revision_ms(commit.rev, context.event_ms)
    if commit.operation == "delete":
        return [Deletion(post_id(did, commit.rkey), version)]
    if not is_present(commit.record):
        raise RecordError("Jetstream commit without a record")
    profile = context.profiles.get(did)
    if profile is not None and profile.hidden:
        hidden = Notice("bluesky", "withheld", "a post of an author whose account may not be shown to everybody")
        return [Deletion(post_id(did, commit.rkey), version), hidden]
    post = Post(
        id=post_id(did, commit.rkey),
        version=version if profile is None else version + 1,
        source="bluesky",
        created_at=min(context.event_ms, context.received_at),
        received_at=context.received_at,
        author=author_of(did, profile),
    )
    if commit.collection == REPOST:
        return repost_events(post, decode_repost(commit.record), raw)
    return _post_events(commit, context, post, raw)


def _post_events(commit: JetstreamCommit, context: _CommitContext, post: Post, raw: bytes) -> list[Event]:
    """Return the events of a post's record, with the data that our own source put beside it."""
    profile = context.profiles.get(context.did)
    if context.counts is not None:
        known = context.counts
        post.counts = Counts(*map(valid_count, (known.replies, known.reposts, known.quotes, known.likes)))
    found = post_events(post, decode_post(commit.record), commit.rkey, raw)
    if commit.operation == "update" and any(type(one) is Notice for one in found):
        return [Deletion(post.id, post.version), *found]  # an earlier version may be stored
    post.sensitive |= profile is not None and profile.sensitive
    parent = context.profiles.get(post.reply_to.author) if post.reply_to is not None else None
    if parent is not None and post.reply_to is not None:
        post.reply_to.handle = parent.handle
    return found
