"""Jetstream's two wires: what to ask for, and the little that must be seen of each event while it passes.

`/subscribe` is the long-standing wire, kept as it is by its makers; `network.bsky.jetstream.subscribeEvents` the newer
one (https://github.com/bluesky-social/jetstream, docs/README.md 5). What an event says is for `normalise`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

POSTS = "app.bsky.feed.post"
REACTIONS = ("app.bsky.feed.like", "app.bsky.feed.repost")
NEWER_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
DICTIONARY_PATH = "/xrpc/network.bsky.jetstream.getZstdDictionary"
LONGEST_EVENT = 1024 * 1024
"""A server that can is asked to leave out larger events; no post is near it."""
SMALLEST_TIME_US = 10**15
"""Below it a cursor is a sequence number (the makers' rule)."""


class Place(msgspec.Struct):
    """Where reading goes on: the greatest time seen (µs, the server's), at which server, and its own number there."""

    time_us: int = 0
    host: str = ""
    seq: int = 0


class Sight(msgspec.Struct):
    """What is seen of one event: its time and number, whose it is, and what kind (post, gone, reaction, identity,
    account, info, error, other). `uri` is the post, also the one reacted to; `edited`: it was there before."""

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


def decode_place(cursor: str | None) -> Place:
    """Return the place a cursor names, an empty one where it names none."""
    try:
        return msgspec.json.decode(cursor or "{}", type=Place)
    except msgspec.MsgspecError:
        return Place()


def is_newer(url: str) -> bool:
    """Tell whether a server is to be asked by the newer wire."""
    return urlsplit(url).path.rstrip("/") == NEWER_PATH


def host_of(url: str) -> str:
    """Return what tells one server's cursors from another's."""
    return urlsplit(url).netloc


def dictionary_url(url: str) -> str:
    """Return where a server of the newer wire gives its compression dictionary."""
    parts = urlsplit(url)
    return urlunsplit(("https" if parts.scheme == "wss" else "http", parts.netloc, DICTIONARY_PATH, "", ""))


def subscription(url: str, cursor: int | None, dictionary: int = 0, *, reactions: bool = False) -> str:
    """Return the address that asks a server for posts (and reactions), and what becomes of accounts, from a cursor on.

    A URL without a path is asked by the long-standing wire.
    """
    parts = urlsplit(url)
    newer = is_newer(url)
    wanted = (POSTS, *REACTIONS) if reactions else (POSTS,)
    asked = [("collections" if newer else "wantedCollections", collection) for collection in wanted]
    asked.append(("maxMessageSizeBytes", str(LONGEST_EVENT)))
    if cursor is not None:
        asked.append(("cursor", str(cursor)))
    if dictionary and newer:
        asked.append(("zstdDictionary", str(dictionary)))
    path = parts.path if parts.path.strip("/") else "/subscribe"
    query = "&".join(part for part in (parts.query, urlencode(asked)) if part)
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def sight(data: bytes) -> Sight | None:
    """Return what is seen of an event of either wire, None of one that cannot be read."""
    try:
        if data.startswith(b'{"$type"'):
            return _frame(_decode_frame(data))
        event = _decode_event(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    seen = Sight(event.time_us, 0, event.did, event.kind)
    if event.kind == "commit" and event.commit is not None:
        _commit(seen, event.commit)
    elif event.kind == "identity" and event.identity is not None:
        seen.handle = event.identity.handle or ""
    return seen


def _commit(seen: Sight, commit: _Commit | _Message) -> None:
    if commit.collection != POSTS:
        seen.kind = "other"
        if commit.collection in REACTIONS and commit.operation == "create" and commit.record is not None:
            seen.kind, seen.uri = "reaction", _subject(commit.record.subject)
        return
    seen.kind = "gone" if commit.operation == "delete" else "post"
    seen.uri = f"at://{seen.did}/{POSTS}/{commit.rkey}"
    seen.edited = commit.operation == "update"
    if commit.record is not None:
        seen.parent = _parent(commit.record)


def _parent(record: _Record) -> str:
    if record.reply is None or record.reply.parent is None:
        return ""
    return record.reply.parent.uri.removeprefix("at://").partition("/")[0]


def parent_of(record: bytes) -> str:
    """Return whom a post answers, "" if nobody."""
    try:
        return _parent(_decode_record(record))
    except (msgspec.MsgspecError, ValueError):
        return ""


def _subject(raw: msgspec.Raw) -> str:
    try:
        return _decode_ref(raw).uri
    except (msgspec.MsgspecError, ValueError):
        return ""


def _frame(frame: _Frame) -> Sight | None:
    message = frame.payload
    if frame.type == "error":
        return Sight(kind="error", detail=f"{frame.error} {frame.message}".strip()[:200])
    if message is None:
        return None
    kind = message.type.rpartition("#")[2]
    seen = Sight(_us(message.witnessed_at or message.time), message.seq, message.did, kind)
    if kind == "commit":
        _commit(seen, message)
    elif kind == "identity" and message.identity is not None:
        seen.handle = message.identity.handle or ""
    elif kind == "info":
        seen.detail = f"{message.name} {message.message}".strip()[:200]
    return seen


def _us(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond if moment.tzinfo is not None else 0


def with_profiles(data: bytes, profiles: Mapping[str, object]) -> bytes:
    """Return an event, which is a JSON object, with `profiles` beside what it says, instead of its own."""
    return _encode({**_decode_names(data), "profiles": profiles})
