"""Summary of a Jetstream event: reads its time, sequence number, author, kind and post's address out of the bytes.

The source decides by it what to do with an event, whose bytes pass through; `with_profiles` adds authors' profiles to
them. Reads both wires (see `jetstream_url.py`). `normalise` decodes the post itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

POST_COLLECTION = "app.bsky.feed.post"
POSTGATE_COLLECTION = "app.bsky.feed.postgate"
REACTION_COLLECTIONS = ("app.bsky.feed.like", "app.bsky.feed.repost")


class EventSummary(msgspec.Struct):
    """Summary of one event.

    `kind` is post, deletion, postgate, reaction, identity, account, info, error or other. `uri` names the post, for a
    reaction the post reacted to. `edited`: the event is a new version of a post. `parent` is the DID of the author
    answered.
    """

    time_us: int = 0
    seq: int = 0
    did: str = ""
    kind: str = "other"
    uri: str = ""
    edited: bool = False
    parent: str = ""
    handle: str = ""
    detail: str = ""


class _Ref(msgspec.Struct):
    uri: str = ""


class _Reply(msgspec.Struct):
    parent: _Ref | None = None


class _Record(msgspec.Struct):
    reply: _Reply | None = None
    subject: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class _Identity(msgspec.Struct):
    handle: str | None = None


class _Commit(msgspec.Struct):
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: _Record | None = None


class _Event(msgspec.Struct):
    did: str
    time_us: int
    kind: str = ""
    commit: _Commit | None = None
    identity: _Identity | None = None


class _Message(msgspec.Struct):
    type: str = msgspec.field(default="", name="$type")
    seq: int = 0
    did: str = ""
    time: str = ""
    witnessed_at: str = msgspec.field(default="", name="witnessedAt")
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: _Record | None = None
    identity: _Identity | None = None
    name: str = ""
    message: str = ""


class _Frame(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    payload: _Message | None = None
    error: str = ""
    message: str = ""


_encode = msgspec.json.Encoder().encode
_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_event = msgspec.json.Decoder(_Event).decode
_decode_record = msgspec.json.Decoder(_Record).decode
_decode_ref = msgspec.json.Decoder(_Ref).decode
_decode_frame = msgspec.json.Decoder(_Frame).decode


def summarise(data: bytes) -> EventSummary | None:
    """Return the summary of an event of either wire, None if it cannot be read."""
    try:
        if data.startswith(b'{"$type"'):
            return _frame(_decode_frame(data))
        event = _decode_event(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    summary = EventSummary(event.time_us, 0, event.did, event.kind)
    if event.kind == "commit" and event.commit is not None:
        _add_commit(summary, event.commit)
    elif event.kind == "identity" and event.identity is not None:
        summary.handle = event.identity.handle or ""
    return summary


def _add_commit(summary: EventSummary, commit: _Commit | _Message) -> None:
    if commit.collection != POST_COLLECTION:
        summary.kind = "postgate" if commit.collection == POSTGATE_COLLECTION else "other"
        if commit.collection in REACTION_COLLECTIONS and commit.operation == "create" and commit.record is not None:
            summary.kind, summary.uri = "reaction", _subject(commit.record.subject)
        return
    summary.kind = "deletion" if commit.operation == "delete" else "post"
    summary.uri = f"at://{summary.did}/{POST_COLLECTION}/{commit.rkey}"
    summary.edited = commit.operation == "update"
    if commit.record is not None:
        summary.parent = _parent(commit.record)


def _parent(record: _Record) -> str:
    if record.reply is None or record.reply.parent is None:
        return ""
    return record.reply.parent.uri.removeprefix("at://").partition("/")[0]


def parent_of(record: bytes) -> str:
    """Return the DID of the author that a post answers, "" if it answers none."""
    try:
        return _parent(_decode_record(record))
    except (msgspec.MsgspecError, ValueError):
        return ""


def _subject(raw: msgspec.Raw) -> str:
    try:
        return _decode_ref(raw).uri
    except (msgspec.MsgspecError, ValueError):
        return ""


def _frame(frame: _Frame) -> EventSummary | None:
    message = frame.payload
    if frame.type == "error":
        return EventSummary(kind="error", detail=f"{frame.error} {frame.message}".strip()[:200])
    if message is None:
        return None
    kind = message.type.rpartition("#")[2]
    summary = EventSummary(_time_us(message.witnessed_at or message.time), message.seq, message.did, kind)
    if kind == "commit":
        _add_commit(summary, message)
    elif kind == "identity" and message.identity is not None:
        summary.handle = message.identity.handle or ""
    elif kind == "info":
        summary.detail = f"{message.name} {message.message}".strip()[:200]
    return summary


def _time_us(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond if moment.tzinfo is not None else 0


def with_profiles(data: bytes, profiles: Mapping[str, object]) -> bytes:
    """Return an event, a JSON object, with our `profiles` in place of any that it brought."""
    return _encode({**_decode_names(data), "profiles": profiles})
