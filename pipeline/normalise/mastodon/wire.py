"""Wire types and decoders of Mastodon: statuses, quotes and streaming events, with the fields that the post needs.

Nearly all fields are optional because servers of other makes and of 2017 leave some out.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw


class MastodonEmoji(msgspec.Struct):
    """A server's own emoji. `static_url` is the still picture."""

    shortcode: str = ""
    url: str | None = None
    static_url: str | None = None


class MastodonAccount(msgspec.Struct):
    """An account. `acct` has no host where the account lives on the server that answered."""

    acct: str
    id: str = ""
    display_name: str | None = None
    note: str | None = None
    avatar: str | None = None
    followers_count: int | None = None
    url: str | None = None
    uri: str | None = None
    bot: bool | None = None
    emojis: list[MastodonEmoji] | None = None


class MastodonMention(msgspec.Struct):
    """A mentioned account."""

    acct: str = ""
    id: str | int = ""
    url: str | None = None


class MastodonTag(msgspec.Struct):
    """A hashtag."""

    name: str = ""


class MastodonAttachment(msgspec.Struct):
    """An image, video or sound."""

    type: str = ""
    url: str | None = None
    preview_url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class MastodonCard(msgspec.Struct):
    """The preview of a link."""

    url: str | None = None
    title: str | None = None
    description: str | None = None
    image: str | None = None


class MastodonPollOption(msgspec.Struct):
    """An option of a poll; servers may keep the votes to themselves until it ends."""

    title: str | None = None
    votes_count: int | None = None


class MastodonPoll(msgspec.Struct):
    """A poll."""

    options: list[MastodonPollOption] | None = None
    expires_at: str | None = None
    multiple: bool | None = None
    emojis: list[MastodonEmoji] | None = None


class MastodonStatus(msgspec.Struct):
    """A status. Bare ids such as `id` are valid only on the server that answered; `uri` is the same everywhere.

    `account_domain` is no field of Mastodon's: our own source adds it (see `MastodonStreamEvent`).
    """

    id: str | int
    account: MastodonAccount
    content: str | None = None
    created_at: str | None = None
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
    poll: MastodonPoll | None = None
    emojis: list[MastodonEmoji] | None = None
    account_domain: str | None = None
    reblog: MastodonStatus | None = None
    quote: Raw = msgspec.field(default_factory=Raw)


class MastodonQuote(msgspec.Struct):
    """A quoted status, and whether its author allowed the quote."""

    state: str = ""
    quoted_status: MastodonStatus | None = None


class MastodonStreamEvent(msgspec.Struct):
    """One event of a stream. `payload` is JSON as text; some recorders write the JSON itself.

    `uri` and `account_domain` are no fields of Mastodon's. Our own source adds `uri` to a `delete` if it still holds
    the status's `uri`, and `account_domain`, the domain of the server's accounts, where that is not the server's host.
    """

    event: str
    payload: Raw = msgspec.field(default_factory=Raw)
    uri: str | None = None
    account_domain: str | None = None


decode_status = msgspec.json.Decoder(MastodonStatus).decode
decode_event = msgspec.json.Decoder(MastodonStreamEvent).decode
decode_quote = msgspec.json.Decoder(MastodonQuote).decode
