"""Wire types and decoders of Bluesky's Jetstream: events of `/subscribe` and frames of its successor.

The successor is `network.bsky.jetstream.subscribeEvents`. Only the fields that the canonical post needs are declared,
and `profiles` and `counts`, which our own source puts beside an event.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw


class JetstreamCommit(msgspec.Struct):
    """One change of a repository. `type` is the first wire's name of `operation`."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: Raw = msgspec.field(default_factory=Raw)
    type: str = ""


class JetstreamAccount(msgspec.Struct):
    """The hosting state of an account since `time`: whether it is active, and if not, why."""

    active: bool = True
    status: str | None = None
    did: str = ""
    time: str = ""


class JetstreamIdentity(msgspec.Struct):
    """The present handle of an account."""

    handle: str | None = None
    time: str = ""


class JetstreamSync(msgspec.Struct):
    """The repository's commits do not follow one another: its changes up to `time` may be missing."""

    time: str = ""


class KnownProfile(msgspec.Struct):
    """An account's profile that our own source puts beside the event.

    `hidden`: none of the account's posts may be shown. `sensitive`: they are shown as sensitive. `bot`: the account
    states that it is automated.
    """

    handle: str = ""
    name: str = ""
    bio: str = ""
    avatar: str = ""
    followers: int | None = None
    verified: bool = False
    hidden: bool = False
    sensitive: bool = False
    bot: bool = False


class KnownCounts(msgspec.Struct):
    """Reactions to a post that our own source read from the API and put beside the event."""

    replies: int | None = None
    reposts: int | None = None
    quotes: int | None = None
    likes: int | None = None


class JetstreamEvent(msgspec.Struct):
    """One event. Some archives write `record` beside `commit` instead of inside, or a time in ISO 8601 in `time`.

    `type` is the first wire's name of `kind` (see `recorded_events.py`).
    """

    did: str
    time_us: int | None = None
    kind: str = ""
    commit: JetstreamCommit | None = None
    account: JetstreamAccount | None = None
    identity: JetstreamIdentity | None = None
    record: Raw = msgspec.field(default_factory=Raw)
    profiles: dict[str, KnownProfile] = {}
    counts: KnownCounts | None = None
    type: str = ""
    time: Any = None


class JetstreamMessage(msgspec.Struct):
    """The payload of a frame. A commit's fields stand at its top level, those of other kinds one level down."""

    type: str = msgspec.field(default="", name="$type")
    did: str = ""
    time: str = ""
    witnessed_at: str = msgspec.field(default="", name="witnessedAt")
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: Raw = msgspec.field(default_factory=Raw)
    account: JetstreamAccount | None = None
    identity: JetstreamIdentity | None = None
    sync: JetstreamSync | None = None


class JetstreamFrame(msgspec.Struct):
    """One frame of the newer wire: a message, or an error after which the server closes the connection."""

    type: str = msgspec.field(default="", name="$type")
    payload: JetstreamMessage | None = None
    error: str = ""
    message: str = ""
    profiles: dict[str, KnownProfile] = {}


decode_event = msgspec.json.Decoder(JetstreamEvent).decode
decode_frame = msgspec.json.Decoder(JetstreamFrame).decode
