"""Bluesky's Jetstream as it stands on the wire: the events of `/subscribe`, the frames of its successor
(`network.bsky.jetstream.subscribeEvents`), and the records in them; only what the canonical post needs.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw


class JetstreamCommit(msgspec.Struct):
    """One change of a repository."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: Raw = msgspec.field(default_factory=Raw)


class JetstreamAccount(msgspec.Struct):
    """Whether an account is hosted now."""

    active: bool = True
    status: str | None = None
    did: str = ""


class KnownProfile(msgspec.Struct):
    """What our own source adds of an account it knows, beside the event; `hidden`: its owner shows it to people who are
    signed in only."""

    handle: str = ""
    name: str = ""
    bio: str = ""
    avatar: str = ""
    followers: int | None = None
    verified: bool = False
    hidden: bool = False


class KnownCounts(msgspec.Struct):
    """Reactions to a post as the API told them to our own source."""

    replies: int | None = None
    reposts: int | None = None
    quotes: int | None = None
    likes: int | None = None


class JetstreamEvent(msgspec.Struct):
    """One event; `record` beside `commit` is how some archives write it."""

    did: str
    time_us: int | None = None
    kind: str = ""
    commit: JetstreamCommit | None = None
    account: JetstreamAccount | None = None
    record: Raw = msgspec.field(default_factory=Raw)
    profiles: dict[str, KnownProfile] = {}
    counts: KnownCounts | None = None


class RecordRef(msgspec.Struct):
    """A reference to a record."""

    uri: str = ""


class ReplyRefs(msgspec.Struct):
    """What a post answers, and the first post of that conversation."""

    parent: RecordRef | None = None
    root: RecordRef | None = None


class SelfLabel(msgspec.Struct):
    """What an author says of their own post."""

    val: str = ""


class SelfLabels(msgspec.Struct):
    """Self-labels."""

    values: list[SelfLabel] = []


class PostRecord(msgspec.Struct, rename={"created_at": "createdAt"}):
    """A post as its author's client wrote it; what clients get wrong (facets, embeds) is read apart."""

    text: str
    created_at: str = ""
    langs: list[str] | None = None
    reply: ReplyRefs | None = None
    facets: Raw = msgspec.field(default_factory=Raw)
    embed: Raw = msgspec.field(default_factory=Raw)
    labels: Raw = msgspec.field(default_factory=Raw)
    tags: list[str] | None = None


class ByteRange(msgspec.Struct, rename={"start": "byteStart", "end": "byteEnd"}):
    """Bytes of the text's UTF-8."""

    start: int
    end: int


class FacetFeature(msgspec.Struct):
    """What a span is."""

    type: str = msgspec.field(default="", name="$type")
    uri: str = ""
    tag: str = ""
    did: str = ""


class RichTextFacet(msgspec.Struct):
    """A span of the text."""

    index: ByteRange
    features: list[FacetFeature] = []


class RepostRecord(msgspec.Struct, rename={"created_at": "createdAt"}):
    """A repost."""

    subject: RecordRef
    created_at: str = ""


class JetstreamMessage(msgspec.Struct):
    """What a frame of the newer wire holds: a commit's fields lie beside its name, an account's one level down."""

    type: str = msgspec.field(default="", name="$type")
    did: str = ""
    time: str = ""
    witnessed_at: str = msgspec.field(default="", name="witnessedAt")
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: Raw = msgspec.field(default_factory=Raw)
    account: JetstreamAccount | None = None


class JetstreamFrame(msgspec.Struct):
    """One frame of the newer wire: a message, or an error after which the server hangs up."""

    type: str = msgspec.field(default="", name="$type")
    payload: JetstreamMessage | None = None
    error: str = ""
    message: str = ""
    profiles: dict[str, KnownProfile] = {}


decode_event = msgspec.json.Decoder(JetstreamEvent).decode
decode_frame = msgspec.json.Decoder(JetstreamFrame).decode
decode_post = msgspec.json.Decoder(PostRecord).decode
decode_repost = msgspec.json.Decoder(RepostRecord).decode
decode_facets = msgspec.json.Decoder(list[RichTextFacet] | None).decode
decode_labels = msgspec.json.Decoder(SelfLabels | None).decode
