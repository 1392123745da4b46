"""Wire types and decoder of what X API v2 puts around posts: the envelope of a line or page, includes and errors."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from pipeline.normalise.x.v2_wire import V2MediaItem, V2Tweet, V2User


class V2PollOption(msgspec.Struct, gc=False):
    """An option of a poll and its votes."""

    label: str = ""
    votes: int | None = None
    position: int | None = None


class V2Poll(msgspec.Struct):
    """A poll."""

    id: str
    options: list[V2PollOption] = []
    end_datetime: str | None = None


class V2Includes(msgspec.Struct):
    """The users, posts, media and polls that the posts of an envelope refer to."""

    users: list[V2User] | None = None
    tweets: list[V2Tweet] | None = None
    media: list[V2MediaItem] | None = None
    polls: list[V2Poll] | None = None


class V2Problem(msgspec.Struct):
    """An error in X's problem format."""

    title: str = ""
    detail: str = ""
    message: str = ""
    type: str = ""
    disconnect_type: str = ""
    connection_issue: str = ""


class V2Twarc(msgspec.Struct):
    """Fields that the collector twarc adds to each page."""

    retrieved_at: str | None = None


class V2Envelope(msgspec.Struct):
    """One line or page. `data` stays undecoded until it is known to hold posts."""

    data: Raw = msgspec.field(default_factory=Raw)
    includes: V2Includes | None = None
    matching_rules: Raw = msgspec.field(default_factory=Raw)
    meta: dict[str, Raw] | None = None
    errors: list[V2Problem] | None = None
    twarc: V2Twarc | None = msgspec.field(default=None, name="__twarc")
    title: str = ""
    detail: str = ""
    type: str = ""
    disconnect_type: str = ""
    connection_issue: str = ""


decode_envelope = msgspec.json.Decoder(V2Envelope).decode
