"""Wire types and decoders of the embeds of a Bluesky post, with only the fields that the canonical post needs.

Source: the lexicons `app.bsky.embed.*` of @atproto/api 0.21.0 and PyPI atproto 0.0.73. Every part stays undecoded until
it is read, so that a part in a shape of its own loses no other.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw


class BlobLink(msgspec.Struct):
    """A blob's content hash (CID)."""

    link: str = msgspec.field(default="", name="$link")


class Blob(msgspec.Struct):
    """A file in the author's repository. Records before 2023 name its content hash in `cid` instead of `ref`."""

    ref: BlobLink | None = None
    cid: str = ""


class Image(msgspec.Struct):
    """A picture of `app.bsky.embed.images`, or an item of `app.bsky.embed.gallery`, which has a `type`."""

    type: Any = msgspec.field(default="", name="$type")
    image: Raw = msgspec.field(default_factory=Raw)
    alt: Any = ""


class External(msgspec.Struct):
    """A link and its preview."""

    uri: str = ""
    title: Any = ""
    description: Any = ""
    thumb: Raw = msgspec.field(default_factory=Raw)


class QuotedRecord(msgspec.Struct):
    """A quoted record: its address, or one level down where media are embedded beside the quote."""

    uri: Any = ""
    record: Raw = msgspec.field(default_factory=Raw)


class Embed(msgspec.Struct):
    """An embed of any kind. One that also quotes has its pictures, film or link in `media`."""

    type: Any = msgspec.field(default="", name="$type")
    images: Raw = msgspec.field(default_factory=Raw)
    items: Raw = msgspec.field(default_factory=Raw)
    video: Raw = msgspec.field(default_factory=Raw)
    alt: Any = ""
    presentation: Any = ""
    external: Raw = msgspec.field(default_factory=Raw)
    record: Raw = msgspec.field(default_factory=Raw)
    media: Raw = msgspec.field(default_factory=Raw)


class RecordView(msgspec.Struct, rename="camel"):
    """The view of a quoted feed, list or starter pack; `record` is a starter pack's own record, which has its name."""

    uri: str = ""
    display_name: str | None = None
    name: str | None = None
    description: str | None = None
    record: Raw = msgspec.field(default_factory=Raw)


decode_embed = msgspec.json.Decoder(Embed | None).decode
decode_blob = msgspec.json.Decoder(Blob | None).decode
decode_image = msgspec.json.Decoder(Image | None).decode
decode_external = msgspec.json.Decoder(External | None).decode
decode_record_view = msgspec.json.Decoder(RecordView | None).decode
decode_quoted = msgspec.json.Decoder(QuotedRecord | None).decode
