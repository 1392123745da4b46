"""Wire types and decoders of Bluesky's AppView: posts as `app.bsky.feed.*` answers them, with author and counts.

Source: the lexicons `app.bsky.feed.defs` and `app.bsky.embed.record` in @atproto/api 0.19.19. A record that a server of
accounts answers itself (`com.atproto.repo.listRecords`) has the same form with less in it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw


class ViewLabel(msgspec.Struct):
    """A label of a post or account, by its author (`src` is their DID) or by a moderation service."""

    val: str = ""
    src: str = ""
    neg: bool | None = None


class ViewAuthor(msgspec.Struct, rename="camel"):
    """An account, as posts show it."""

    did: str = ""
    handle: str = ""
    display_name: str | None = None
    avatar: str | None = None
    labels: list[ViewLabel] | None = None


class PostView(msgspec.Struct, rename="camel"):
    """A post. A quoted one has its record in `value` and its embeds in `embeds`."""

    uri: str = ""
    author: ViewAuthor | None = None
    record: Raw = msgspec.field(default_factory=Raw)
    value: Raw = msgspec.field(default_factory=Raw)
    embed: Raw = msgspec.field(default_factory=Raw)
    embeds: list[Raw] | None = None
    reply_count: int | None = None
    repost_count: int | None = None
    quote_count: int | None = None
    like_count: int | None = None
    indexed_at: str = ""
    labels: list[ViewLabel] | None = None


class RepostReason(msgspec.Struct, rename="camel"):
    """Why a post stands in a feed: somebody reposted it."""

    type: str = msgspec.field(default="", name="$type")
    by: ViewAuthor | None = None
    uri: str = ""
    indexed_at: str = ""


class ViewReplyRefs(msgspec.Struct):
    """The answered post and the first of its conversation, whole or as a note that they are not there."""

    parent: PostView | None = None


class FeedItem(msgspec.Struct):
    """A post in a feed or thread."""

    post: Raw
    reason: RepostReason | None = None
    reply: ViewReplyRefs | None = None


class QuoteView(msgspec.Struct):
    """The embed of a quote: the quoted post, or one level down where media stand beside it."""

    type: str = msgspec.field(default="", name="$type")
    record: Raw = msgspec.field(default_factory=Raw)


decode_view = msgspec.json.Decoder(PostView).decode
decode_item = msgspec.json.Decoder(FeedItem).decode
decode_quote_view = msgspec.json.Decoder(QuoteView | None).decode
decode_tree = msgspec.json.Decoder(dict[str, Any]).decode
