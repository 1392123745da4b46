"""Bluesky's Jetstream, the wire of `/subscribe` and its successor: wire shape and adapter.

Facets count UTF-8 bytes; here they become code points. A record names its author by DID only, so the handle is the DID
until a look-up knows better. The version is the time inside the commit's `rev` (the same whichever server tells of it),
or the event's time where the two disagree. Likes say nothing a post could hold (a number would have to be counted), and
follows, blocks and profiles are none of ours.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from pipeline.errors import RecordError
from pipeline.normalise import entities as extraction
from pipeline.normalise.bluesky_embed import add_embed
from pipeline.normalise.figures import GREATEST, bounded, distinct
from pipeline.normalise.hosts import hosts_of
from pipeline.normalise.languages import primaries
from pipeline.normalise.times import iso_ms
from pipeline.post import Author, AuthorDeletion, Deletion, Entity, Event, Link, Notice, Post, ReplyTo, Upsert

POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
WITHDRAWN = frozenset({"deleted", "takendown", "suspended", "deactivated"})
"""States of an account in which none of its posts may be shown."""

SENSITIVE = frozenset({"porn", "sexual", "nudity", "graphic-media", "gore"})
SIGNED_IN_ONLY = "!no-unauthenticated"
DAY_MS = 86_400_000

_TID = {letter: value for value, letter in enumerate("234567abcdefghijklmnopqrstuvwxyz")}


class Commit(msgspec.Struct):
    """One change of a repository."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: Raw = msgspec.field(default_factory=Raw)


class Account(msgspec.Struct):
    """Whether an account is hosted now."""

    active: bool = True
    status: str | None = None
    did: str = ""


class JetstreamEvent(msgspec.Struct):
    """One event; `record` beside `commit` is how some archives write it."""

    did: str
    time_us: int | None = None
    kind: str = ""
    commit: Commit | None = None
    account: Account | None = None
    record: Raw = msgspec.field(default_factory=Raw)


class Ref(msgspec.Struct):
    """A reference to a record."""

    uri: str = ""


class Reply(msgspec.Struct):
    """What a post answers, and the first post of that conversation."""

    parent: Ref | None = None
    root: Ref | None = None


class Label(msgspec.Struct):
    """What an author says of their own post."""

    val: str = ""


class Labels(msgspec.Struct):
    """Self-labels."""

    values: list[Label] = []


class PostRecord(msgspec.Struct, rename={"created_at": "createdAt"}):
    """A post as its author's client wrote it; what clients get wrong (facets, embeds) is read apart."""

    text: str
    created_at: str = ""
    langs: list[str] | None = None
    reply: Reply | None = None
    facets: Raw = msgspec.field(default_factory=Raw)
    embed: Raw = msgspec.field(default_factory=Raw)
    labels: Raw = msgspec.field(default_factory=Raw)
    tags: list[str] | None = None


class Index(msgspec.Struct, rename={"start": "byteStart", "end": "byteEnd"}):
    """Bytes of the text's UTF-8."""

    start: int
    end: int


class Feature(msgspec.Struct):
    """What a span is."""

    type: str = msgspec.field(default="", name="$type")
    uri: str = ""
    tag: str = ""
    did: str = ""


class Facet(msgspec.Struct):
    """A span of the text."""

    index: Index
    features: list[Feature] = []


class RepostRecord(msgspec.Struct, rename={"created_at": "createdAt"}):
    """A repost."""

    subject: Ref
    created_at: str = ""


decode_event = msgspec.json.Decoder(JetstreamEvent).decode
_decode_post = msgspec.json.Decoder(PostRecord).decode
_decode_repost = msgspec.json.Decoder(RepostRecord).decode
_decode_facets = msgspec.json.Decoder(list[Facet] | None).decode
_decode_labels = msgspec.json.Decoder(Labels | None).decode


def events(event: JetstreamEvent, raw: bytes, received_at: int) -> list[Event]:
    """Return what one event says of posts; [] for what concerns none.

    Raises:
        RecordError: it lacks the repository, the record key or the record.
    """
    if not event.did.startswith("did:") or not event.did.isprintable() or len(event.did) > 300:
        raise RecordError(f"Jetstream event of no repository: {event.did[:40]!r}")
    told_ms = event.time_us // 1000 if event.time_us is not None and 0 < event.time_us < GREATEST else received_at
    if event.kind == "account" and event.account is not None:
        if not event.account.active and event.account.status in WITHDRAWN:
            return [AuthorDeletion("bluesky", event.did, told_ms)]
        return []
    commit = event.commit
    if commit is None or commit.collection not in (POST, REPOST):
        return []
    if not commit.rkey or not commit.rkey.isprintable() or len(commit.rkey) > 200:
        raise RecordError("Jetstream commit without a usable record key")
    version = _rev_ms(commit.rev, told_ms)
    if commit.operation == "delete":
        return [Deletion(_id(event.did, commit.rkey), version)]
    record = commit.record if _given(commit.record) else event.record
    if not _given(record):
        raise RecordError("Jetstream commit without a record")
    post = Post(
        id=_id(event.did, commit.rkey),
        version=version,
        source="bluesky",
        created_at=min(told_ms, received_at),
        received_at=received_at,
        author=Author(event.did, event.did),
    )
    if commit.collection == REPOST:
        return _repost(post, _decode_repost(record), raw)
    return _post(post, _decode_post(record), commit.rkey, raw)


def _given(part: Raw) -> bool:
    return bytes(part) not in (b"", b"null")


def _id(did: str, rkey: str) -> str:
    return f"bluesky:{did}/{rkey}"


def _id_of(ref: Ref | None) -> tuple[str, str]:
    """Return the post id and the author's DID of an at:// address of a post, or two empty texts."""
    parts = ref.uri.removeprefix("at://").split("/") if ref is not None else []
    if len(parts) != 3 or parts[1] != POST or not parts[2]:
        return "", ""
    return _id(parts[0], parts[2]), parts[0]


def _rev_ms(rev: str, told_ms: int) -> int:
    """Return the time inside a revision (a TID: 53 bits of microseconds, 10 of clock, base 32)."""
    value = 0
    if len(rev) != 13:
        return told_ms
    for letter in rev:
        digit = _TID.get(letter)
        if digit is None:
            return told_ms
        value = value << 5 | digit
    revised = (value >> 10) // 1000
    return revised if abs(revised - told_ms) < DAY_MS else told_ms


def _claim(post: Post, text: str) -> None:
    claim = iso_ms(text)
    if claim is not None and claim != post.created_at:
        post.claimed_at = claim if claim > post.created_at else None
        post.created_at = min(claim, post.created_at)


def _repost(post: Post, record: RepostRecord, raw: bytes) -> list[Event]:
    original, _ = _id_of(record.subject)
    if not original:
        return []  # a feed or a list was reposted
    _claim(post, record.created_at)
    post.repost_of = original
    post.url = f"https://bsky.app/profile/{post.author.id}"
    return [Upsert(post, raw)]


def _post(post: Post, record: PostRecord, rkey: str, raw: bytes) -> list[Event]:
    labels = _labels(record)
    if SIGNED_IN_ONLY in labels:
        return [Notice("bluesky", "withheld", "a post its author shows to signed-in people only")]
    _claim(post, record.created_at)
    post.url = f"https://bsky.app/profile/{post.author.id}/post/{rkey}"
    post.text = bounded(record.text)
    post.langs = primaries(record.langs or [])
    post.lang = post.langs[0] if post.langs else ""
    post.sensitive = bool(labels & SENSITIVE)
    post.conversation_id = post.id
    if record.reply is not None:
        parent, did = _id_of(record.reply.parent)
        post.reply_to = ReplyTo(parent, did)
        post.conversation_id = _id_of(record.reply.root)[0]
    _add_facets(post, record)
    post.hashtags = distinct(post.hashtags + [tag for tag in record.tags or () if tag])
    if _given(record.embed):
        quoted = add_embed(post, record.embed)
        post.quote_of = _id_of(Ref(quoted))[0]
    post.hosts = hosts_of(post.links)
    return [Upsert(post, raw)]


def _labels(record: PostRecord) -> set[str]:
    try:
        labels = _decode_labels(record.labels) if _given(record.labels) else None
    except msgspec.MsgspecError:
        return set()
    return {label.val for label in labels.values} if labels is not None else set()


def _add_facets(post: Post, record: PostRecord) -> None:
    try:
        facets = _decode_facets(record.facets) if _given(record.facets) else None
    except msgspec.MsgspecError:
        facets = None
    if not facets:
        extraction.complete(post)
        return
    data = post.text.encode()
    plain = len(data) == len(post.text)
    position = 0
    for facet in sorted(facets, key=lambda one: one.index.start):
        start, end = facet.index.start, facet.index.end
        if not 0 <= start < end <= len(data) or not facet.features:
            continue
        if not plain:
            try:
                start = len(data[:start].decode())
                end = start + len(data[facet.index.start : end].decode())
            except UnicodeDecodeError:  # it cuts a character in two
                continue
        if start >= position and _add_entity(post, facet.features[0], start, end):
            position = end
    post.mentions = distinct(post.mentions)
    post.links = [Link(url) for url in dict.fromkeys(one.value for one in post.entities if one.type == "link")]


def _add_entity(post: Post, feature: Feature, start: int, end: int) -> bool:
    shown = post.text[start:end]
    if feature.uri:
        post.entities.append(Entity("link", start, end, feature.uri))
    elif feature.did:
        handle = shown.lstrip("@＠")
        post.entities.append(Entity("mention", start, end, handle, feature.did))
        post.mentions.append(handle)
    elif feature.tag:
        tag = feature.tag.lstrip("#＃")
        post.hashtags.append(tag)
        if shown[1:].casefold() != tag.casefold() or shown[0] not in "#＃":
            return False
        post.entities.append(Entity("hashtag", start, end, tag))
    else:
        return False
    return True
