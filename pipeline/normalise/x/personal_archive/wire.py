"""Wire types and decoder of a post of X's personal archive, completed with its owner and the whole text of a long post.

`pipeline/sources/archive/x_archive.py` makes these records. In an archive numbers are texts, those of counts and of
spans too, so the decoder accepts both. Sources: archives of X, 2018 to 2025.
"""

from __future__ import annotations

import msgspec

from pipeline.normalise.x.v1_wire import V1Status


class ArchiveOwner(msgspec.Struct, omit_defaults=True):
    """The owner of an archive. `generated_at`: when X made the archive."""

    id: str = ""
    username: str = ""
    name: str = ""
    bio: str = ""
    avatar: str = ""
    generated_at: str = ""


class NoteTag(msgspec.Struct, rename="camel"):
    """A hashtag or cashtag (`text`) or mention (`screen_name`) of a long text, with its span."""

    text: str = ""
    screen_name: str = ""
    from_index: int = 0
    to_index: int = 0


class NoteUrl(msgspec.Struct, rename="camel"):
    """A short link of a long text, with its span."""

    short_url: str = ""
    expanded_url: str = ""
    display_url: str = ""
    from_index: int = 0
    to_index: int = 0


class NoteText(msgspec.Struct):
    """A long text and its entities."""

    text: str
    urls: list[NoteUrl] = []
    mentions: list[NoteTag] = []
    hashtags: list[NoteTag] = []
    cashtags: list[NoteTag] = []


class ArchivedNote(msgspec.Struct):
    """A member of `note-tweet.js`. Its own id is not that of the post."""

    core: NoteText


class ArchivedStatus(V1Status):
    """A post as the archive has it. One with `deleted_at` was deleted by its author."""

    deleted_at: str | None = None


class ArchivedPost(msgspec.Struct):
    """One post of an archive."""

    tweet: ArchivedStatus
    x_archive: ArchiveOwner = msgspec.field(default_factory=ArchiveOwner)
    note_tweet: ArchivedNote | None = None


decode_archived = msgspec.json.Decoder(ArchivedPost, strict=False).decode
decode_status = msgspec.json.Decoder(ArchivedStatus, strict=False).decode
