"""Mastodon's statuses and streaming events as they stand on the wire: only what the canonical post needs.

Servers of other makes and of 2017 leave fields out, so nearly all are optional.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw


class Account(msgspec.Struct):
    """An account; `acct` has no host where it is at home on the server asked."""

    acct: str
    id: str = ""
    display_name: str | None = None
    note: str | None = None
    avatar: str | None = None
    followers_count: int | None = None
    url: str | None = None
    uri: str | None = None


class Mention(msgspec.Struct):
    """A mentioned account."""

    acct: str = ""
    id: str = ""
    url: str | None = None


class Tag(msgspec.Struct):
    """A hashtag."""

    name: str = ""


class Attachment(msgspec.Struct):
    """A picture, film or sound."""

    type: str = ""
    url: str | None = None
    preview_url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Card(msgspec.Struct):
    """The preview of a link."""

    url: str | None = None
    title: str | None = None


class Status(msgspec.Struct):
    """A status. `id` and all other bare ids count on the server asked only; `uri` is the same everywhere."""

    id: str | int
    account: Account
    content: str
    created_at: str
    uri: str | None = None
    url: str | None = None
    edited_at: str | None = None
    visibility: str | None = None
    sensitive: bool | None = None
    spoiler_text: str | None = None
    language: str | None = None
    in_reply_to_id: str | int | None = None
    in_reply_to_account_id: str | int | None = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    quotes_count: int | None = None
    mentions: list[Mention] | None = None
    tags: list[Tag] | None = None
    media_attachments: list[Attachment] | None = None
    card: Card | None = None
    reblog: Status | None = None
    quote: Raw = msgspec.field(default_factory=Raw)


class Quote(msgspec.Struct):
    """What is quoted, and whether its author agreed."""

    state: str = ""
    quoted_status: Status | None = None


class StreamEvent(msgspec.Struct):
    """One event of a stream; `payload` is JSON as text, or as some recorders write it, JSON itself. `uri` may be added
    to a delete by whoever still knows the status's own."""

    event: str
    payload: Raw = msgspec.field(default_factory=Raw)
    uri: str | None = None


decode_status = msgspec.json.Decoder(Status).decode
decode_event = msgspec.json.Decoder(StreamEvent).decode
decode_quote = msgspec.json.Decoder(Quote).decode
