"""Wire type and decoder of our own JSON, `{"murmur":1,"kind":…}`: a post, a deletion, or an account to forget."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.post import Author, Counts, Emoji, Entity, Link, Media, Poll, ReplyTo


class MurmurRecord(msgspec.Struct, kw_only=True):
    """A post, or by `kind` a deletion: "delete" of one post, "forget" of all posts of an author.

    `at` (ms UTC) is the time of a deletion; "forget" without it includes all later posts. Other fields as in
    `post.Post`.
    """

    murmur: int = 0
    kind: str = "post"
    id: str
    at: int | None = None
    version: int = 0
    source: str = "demo"
    url: str = ""
    created_at: int | None = None
    claimed_at: int | None = None
    text: str = ""
    entities: list[Entity] | UnsetType = UNSET
    lang: str = ""
    langs: list[str] = []
    author: Author | None = None
    counts: Counts = msgspec.field(default_factory=Counts)
    reply_to: ReplyTo | None = None
    conversation_id: str = ""
    repost_of: str = ""
    quote_of: str = ""
    hashtags: list[str] = []
    cashtags: list[str] = []
    mentions: list[str] = []
    links: list[Link] = []
    hosts: list[str] = []
    media: list[Media] = []
    sensitive: bool = False
    poll: Poll | None = None
    edited_at: int | None = None
    emojis: list[Emoji] = []
    original: MurmurRecord | None = None


decode_record = msgspec.json.Decoder(MurmurRecord).decode
