"""Summary of a Jetstream event: reads its times, sequence number, author, kind and post's address out of the bytes.

The source decides by it what to do with an event, whose bytes pass through; `with_profiles` adds authors' profiles to
them. Reads both wires (see `jetstream_url.py`). `normalise` decodes the post itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice

import msgspec

from pipeline.normalise.bluesky.record_wire import readable
from pipeline.normalise.bluesky.rich_text_facets import mentioned_accounts

POST_COLLECTION = "app.bsky.feed.post"
POSTGATE_COLLECTION = "app.bsky.feed.postgate"
REACTION_COLLECTIONS = ("app.bsky.feed.like", "app.bsky.feed.repost")
MENTIONS_MAX = 20
"""Most mentioned accounts of a post whose handles are looked up."""


class EventSummary(msgspec.Struct):
    """Summary of one event.

    `time_us` is when the server heard it, by its own clock; `written_us` is the stamp of the author's side, the same on
    every server: a commit's revision, or the inner time of another event; 0 if it has none. `kind` is post, deletion,
    postgate, reaction, identity, account, sync, info, error or other. `uri` names the post, for a reaction the post
    reacted to. `edited`: the event is a new version of a post. `parent` is the DID of the author answered.
    `mentioned` are the DIDs that facets mention, `unnamed` those of them for which the text shows no handle.
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
    written_us: int = 0
    mentioned: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()


class _Ref(msgspec.Struct):
    uri: str = ""


class _Reply(msgspec.Struct):
    parent: _Ref | None = None


class _Record(msgspec.Struct):
    text: object = ""
    facets: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    reply: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    subject: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class _Identity(msgspec.Struct):
    handle: str | None = None
    time: object = None


class _Stamped(msgspec.Struct):
    """An account's event, or that of a broken chain: only its time is read."""

    time: object = None


class _Commit(msgspec.Struct):
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: _Record | None = None
    rev: object = None


class _Event(msgspec.Struct):
    did: str
    time_us: int
    kind: str = ""
    cursor: object = None
    commit: _Commit | None = None
    identity: _Identity | None = None
    account: _Stamped | None = None


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
    rev: object = None
    identity: _Identity | None = None
    account: _Stamped | None = None
    sync: _Stamped | None = None
    name: str = ""
    message: str = ""


class _Frame(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    payload: _Message | None = None
    error: str = ""
    message: str = ""


TID_DIGITS = 13
_TID_VALUES = {digit: value for value, digit in enumerate("234567abcdefghijklmnopqrstuvwxyz")}
_TID_ALPHABET = frozenset(_TID_VALUES)

_encode = msgspec.json.Encoder().encode
_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_event = msgspec.json.Decoder(_Event).decode
_decode_record = msgspec.json.Decoder(_Record).decode
_decode_reply = msgspec.json.Decoder(_Reply).decode
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
    number = event.cursor if isinstance(event.cursor, int) else 0  # servers of the newer kind number this wire, too
    summary = EventSummary(event.time_us, max(0, number), event.did, event.kind)
    if event.kind == "commit" and event.commit is not None:
        _add_commit(summary, event.commit)
    elif event.kind == "identity" and event.identity is not None:
        summary.handle = event.identity.handle or ""
        summary.written_us = _time_us(event.identity.time)
    elif event.account is not None:
        summary.written_us = _time_us(event.account.time)
    return summary


def tid_us(text: object) -> int:
    """Return the time (µs) inside a TID, 0 if the text is none.

    A TID is 13 digits of base 32 that hold 53 bits of microseconds and 10 bits of a clock id (https://atproto.com/specs/tid).
    """
    if not isinstance(text, str) or len(text) != TID_DIGITS or not _TID_ALPHABET.issuperset(text):
        return 0
    value = 0
    for digit in text:
        value = value << 5 | _TID_VALUES[digit]
    return value >> 10


def _add_commit(summary: EventSummary, commit: _Commit | _Message) -> None:
    summary.written_us = tid_us(commit.rev)
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
        mentioned = _mentioned(commit.record)
        summary.mentioned = tuple(mentioned)
        summary.unnamed = tuple(did for did, is_named in mentioned.items() if not is_named and did != summary.did)


def _parent(record: _Record) -> str:
    reply = readable(_decode_reply, record.reply)
    if reply is None or reply.parent is None:
        return ""
    return reply.parent.uri.removeprefix("at://").partition("/")[0]


def parent_of(record: bytes) -> str:
    """Return the DID of the author that a post answers, "" if it answers none."""
    try:
        return _parent(_decode_record(record))
    except (msgspec.MsgspecError, ValueError):
        return ""


def _mentioned(record: _Record) -> dict[str, bool]:
    """Return the mentioned accounts → whether the text shows their handle, of the first `MENTIONS_MAX`."""
    if b"#mention" not in bytes(record.facets) or not isinstance(record.text, str):
        return {}
    return dict(islice(mentioned_accounts(record.text, record.facets).items(), MENTIONS_MAX))


def mentioned_in(record: bytes) -> tuple[str, ...]:
    """Return the DIDs of the accounts that a post mentions."""
    try:
        return tuple(_mentioned(_decode_record(record)))
    except (msgspec.MsgspecError, ValueError):
        return ()


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
        summary.written_us = _time_us(message.identity.time)
    elif kind == "account" and message.account is not None:
        summary.written_us = _time_us(message.account.time)
    elif kind == "sync" and message.sync is not None:
        summary.written_us = _time_us(message.sync.time)
    elif kind == "info":
        summary.detail = f"{message.name} {message.message}".strip()[:200]
    return summary


def _time_us(text: object) -> int:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return 0
    if moment is None:
        return 0
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond if moment.tzinfo is not None else 0


def with_profiles(data: bytes, profiles: Mapping[str, object]) -> bytes:
    """Return an event, a JSON object, with our `profiles` in place of any that it brought."""
    return _encode({**_decode_names(data), "profiles": profiles})
