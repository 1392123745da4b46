"""Wire types and decoders of Bluesky's post and repost records, with only the fields that the canonical post needs.

The records are those of `app.bsky.feed.*`. Clients often write broken facets, embeds and labels. Those fields stay
undecoded when a post is decoded, so that the post itself is read.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw


class RecordRef(msgspec.Struct):
    """A reference to a record by its at:// address."""

    uri: str = ""


class ReplyRefs(msgspec.Struct):
    """The post that a reply answers, and the first post of that conversation."""

    parent: RecordRef | None = None
    root: RecordRef | None = None


class SelfLabel(msgspec.Struct):
    """A content label that an author gives to their own post."""

    val: str = ""


class SelfLabels(msgspec.Struct):
    """The self-labels of a post."""

    values: list[SelfLabel] = []


class PostRecord(msgspec.Struct, rename={"created_at": "createdAt"}):
    """A post as its author's client wrote it."""

    text: str
    created_at: str = ""
    langs: list[str] | None = None
    reply: ReplyRefs | None = None
    facets: Raw = msgspec.field(default_factory=Raw)
    embed: Raw = msgspec.field(default_factory=Raw)
    labels: Raw = msgspec.field(default_factory=Raw)
    tags: list[str] | None = None


class ByteRange(msgspec.Struct, rename={"start": "byteStart", "end": "byteEnd"}):
    """A span of the text in bytes of its UTF-8."""

    start: int
    end: int


class FacetFeature(msgspec.Struct):
    """The meaning of a span: a link (`uri`), a mention (`did`) or a hashtag (`tag`)."""

    type: str = msgspec.field(default="", name="$type")
    uri: str = ""
    tag: str = ""
    did: str = ""


class RichTextFacet(msgspec.Struct):
    """A span of the text and its meanings."""

    index: ByteRange
    features: list[FacetFeature] = []


class RepostRecord(msgspec.Struct, rename={"created_at": "createdAt"}):
    """A repost."""

    subject: RecordRef
    created_at: str = ""


def is_present(part: Raw) -> bool:
    """Return whether an undecoded field was there and not null."""
    return bytes(part) not in (b"", b"null")


decode_post = msgspec.json.Decoder(PostRecord).decode
decode_repost = msgspec.json.Decoder(RepostRecord).decode
decode_facets = msgspec.json.Decoder(list[RichTextFacet] | None).decode
decode_labels = msgspec.json.Decoder(SelfLabels | None).decode
