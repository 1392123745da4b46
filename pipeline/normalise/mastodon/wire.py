"""Mastodon's statuses and streaming events as they stand on the wire: only what the canonical post needs.

Servers of other makes and of 2017 leave fields out, so nearly all are optional.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw


class MastodonAccount(msgspec.Struct):
    """An account; `acct` has no host where it is at home on the server asked."""

    acct: str
    id: str = ""
    display_name: str | None = None
    note: str | None = None
    avatar: str | None = None
    followers_count: int | None = None
    url: str | None = None
    uri: str | None = None


class MastodonMention(msgspec.Struct):
    """A mentioned account."""

    acct: str = ""
    id: str = ""
    url: str | None = None


class MastodonTag(msgspec.Struct):
    """A hashtag."""

    name: str = ""


class MastodonAttachment(msgspec.Struct):
    """A picture, film or sound."""

    type: str = ""
    url: str | None = None
    preview_url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class MastodonCard(msgspec.Struct):
    """The preview of a link."""

    url: str | None = None
    title: str | None = None


class MastodonStatus(msgspec.Struct):
    """A status. `id` and all other bare ids count on the server asked only; `uri` is the same everywhere."""

    id: str | int
    account: MastodonAccount
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
    mentions: list[MastodonMention] | None = None
    tags: list[MastodonTag] | None = None
    media_attachments: list[MastodonAttachment] | None = None
    card: MastodonCard | None = None
    reblog: MastodonStatus | None = None
    quote: Raw = msgspec.field(default_factory=Raw)


class MastodonQuote(msgspec.Struct):
    """What is quoted, and whether its author agreed."""

    state: str = ""
    quoted_status: MastodonStatus | None = None


class MastodonStreamEvent(msgspec.Struct):
    """One event of a stream; `payload` is JSON as text, or as some recorders write it, JSON itself. `uri` may be added
    to a delete by whoever still knows the status's own."""

    event: str
    payload: Raw = msgspec.field(default_factory=Raw)
    uri: str | None = None


decode_status = msgspec.json.Decoder(MastodonStatus).decode
decode_event = msgspec.json.Decoder(MastodonStreamEvent).decode
decode_quote = msgspec.json.Decoder(MastodonQuote).decode
