"""Wire types and decoders of Bluesky's post and repost records, with only the fields that the canonical post needs.

Source: the lexicons `app.bsky.feed.*` and `app.bsky.richtext.facet` of @atproto/api 0.21.0. Clients often write broken
facets, embeds and labels. Those fields stay undecoded when a post is decoded; `readable` and `readable_items` decode
each of them alone, so that a broken one loses nothing but itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")

FACET_TYPE = "app.bsky.richtext.facet#"
"""Beginning of the type of a facet's feature."""


class RecordRef(msgspec.Struct):
    """A reference to a record by its at:// address."""

    uri: str = ""


class ReplyRefs(msgspec.Struct):
    """The record that a reply answers, and the first one of that conversation."""

    parent: Raw = msgspec.field(default_factory=Raw)
    root: Raw = msgspec.field(default_factory=Raw)


class SelfLabel(msgspec.Struct):
    """A content label that an author gives to their own post."""

    val: str = ""


class SelfLabels(msgspec.Struct):
    """The self-labels of a post."""

    values: Raw = msgspec.field(default_factory=Raw)


class PostRecord(msgspec.Struct, rename={"created_at": "createdAt"}):
    """A post as its author's client wrote it.

    `entities` marked the text before `facets` did. `bridgyOriginalText` is a bridge's: the whole text of a post that it
    cut, mostly as HTML.
    """

    text: str
    created_at: Any = ""
    langs: Raw = msgspec.field(default_factory=Raw)
    reply: Raw = msgspec.field(default_factory=Raw)
    facets: Raw = msgspec.field(default_factory=Raw)
    entities: Raw = msgspec.field(default_factory=Raw)
    embed: Raw = msgspec.field(default_factory=Raw)
    labels: Raw = msgspec.field(default_factory=Raw)
    tags: Raw = msgspec.field(default_factory=Raw)
    original_text: Any = msgspec.field(default="", name="bridgyOriginalText")


class ByteRange(msgspec.Struct, rename={"start": "byteStart", "end": "byteEnd"}):
    """A span of the text in bytes of its UTF-8."""

    start: int
    end: int


class FacetFeature(msgspec.Struct):
    """A meaning of a span, by its `type`: a link (`uri`), a mention (`did`) or a tag (`tag`)."""

    type: str = msgspec.field(default="", name="$type")
    uri: Any = ""
    tag: Any = ""
    did: Any = ""


class RichTextFacet(msgspec.Struct):
    """A span of the text and its meanings, both undecoded."""

    index: Raw = msgspec.field(default_factory=Raw)
    features: Raw = msgspec.field(default_factory=Raw)


class TextSlice(msgspec.Struct):
    """A span of the text in units of UTF-16."""

    start: int
    end: int


class OldEntity(msgspec.Struct):
    """A span as records of 2022 and 2023 have it. `type` is "link" or "mention", `value` an address or a DID."""

    index: Raw = msgspec.field(default_factory=Raw)
    type: str = ""
    value: str = ""


class RepostRecord(msgspec.Struct, rename={"created_at": "createdAt"}):
    """A repost."""

    subject: RecordRef
    created_at: Any = ""


def is_present(part: Raw) -> bool:
    """Return whether an undecoded field was there and not null."""
    return bytes(part) not in (b"", b"null")


def readable(decode: Callable[[Raw], T | None], part: Raw) -> T | None:
    """Return a field, decoded; None where it is missing, null or not in the decoder's shape."""
    try:
        return decode(part) if is_present(part) else None
    except (msgspec.MsgspecError, ValueError):
        return None


def readable_items(decode: Callable[[Raw], T | None], part: Raw, most: int) -> list[T]:
    """Return the items of a list that can be decoded, of the first `most`; [] where the field is no list."""
    found = (readable(decode, item) for item in (readable(_decode_items, part) or ())[:most])
    return [item for item in found if item is not None]


_decode_items = msgspec.json.Decoder(list[Raw]).decode
decode_post = msgspec.json.Decoder(PostRecord).decode
decode_repost = msgspec.json.Decoder(RepostRecord).decode
decode_ref = msgspec.json.Decoder(RecordRef).decode
decode_reply = msgspec.json.Decoder(ReplyRefs).decode
decode_facet = msgspec.json.Decoder(RichTextFacet).decode
decode_feature = msgspec.json.Decoder(FacetFeature).decode
decode_byte_range = msgspec.json.Decoder(ByteRange).decode
decode_old_entity = msgspec.json.Decoder(OldEntity).decode
decode_slice = msgspec.json.Decoder(TextSlice).decode
decode_labels = msgspec.json.Decoder(SelfLabels).decode
decode_label = msgspec.json.Decoder(SelfLabel).decode
decode_text = msgspec.json.Decoder(str).decode
