"""Wire types and decoder of ActivityPub activities in an account archive's `outbox.json`, with the archive's actor.

`pipeline/sources/archive/mastodon_archive.py` puts the actor beside each activity. Sources: Mastodon 4.x
(`app/serializers/activitypub`, `app/services/backup_service.rb`), Pleroma and Akkoma.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw


class ActivityIcon(msgspec.Struct):
    """A picture."""

    url: str | None = None


class ActivityTag(msgspec.Struct):
    """A mention, a hashtag or a custom emoji."""

    type: str = ""
    name: str | None = None
    href: str | None = None
    icon: ActivityIcon | None = None


class ArchiveActor(msgspec.Struct, rename="camel"):
    """The account whose archive it is."""

    id: str = ""
    type: str = ""
    preferred_username: str = ""
    name: str | None = None
    summary: str | None = None
    url: str | None = None
    webfinger: str | None = None
    tag: list[ActivityTag] | ActivityTag | None = None


class ActivityCollection(msgspec.Struct, rename="camel"):
    """A collection that is told by its size: likes, shares, votes."""

    total_items: int | None = None


class ActivityAttachment(msgspec.Struct, rename="camel"):
    """A file. In an archive `url` is its path inside, without a host."""

    media_type: str | None = None
    url: str | None = None
    name: str | None = None


class ActivityChoice(msgspec.Struct):
    """A choice of a poll and its votes."""

    name: str = ""
    replies: ActivityCollection | None = None


class ActivityNote(msgspec.Struct, rename="camel"):
    """A post: a Note, a Question, an Article or a Page."""

    id: str = ""
    type: str = ""
    url: Raw = msgspec.field(default_factory=Raw)
    summary: str | None = None
    content: str | None = None
    content_map: dict[str, str] | None = None
    published: str | None = None
    updated: str | None = None
    in_reply_to: str | None = None
    to: list[str] | str | None = None
    cc: list[str] | str | None = None
    sensitive: bool | None = None
    tag: list[ActivityTag] | ActivityTag | None = None
    attachment: list[ActivityAttachment] | ActivityAttachment | None = None
    likes: ActivityCollection | str | None = None
    shares: ActivityCollection | str | None = None
    replies: Any = None
    one_of: list[ActivityChoice] | None = None
    any_of: list[ActivityChoice] | None = None
    end_time: str | None = None
    quote: str | None = None
    quote_url: str | None = None
    quote_uri: str | None = None
    quote_authorization: str | None = None


class ArchivedActivity(msgspec.Struct, rename="camel"):
    """One activity. `object` stays undecoded until it is known whether it is a post or an address."""

    id: str = ""
    type: str = ""
    actor: str = ""
    published: str | None = None
    to: list[str] | str | None = None
    cc: list[str] | str | None = None
    object: Raw = msgspec.field(default_factory=Raw)


class ArchivedMember(msgspec.Struct):
    """An activity and the archive's actor."""

    activity: ArchivedActivity
    mastodon_archive: ArchiveActor = msgspec.field(default_factory=ArchiveActor)


decode_member = msgspec.json.Decoder(ArchivedMember).decode
decode_activity = msgspec.json.Decoder(ArchivedActivity).decode
decode_note = msgspec.json.Decoder(ActivityNote).decode
decode_address = msgspec.json.Decoder(str).decode
