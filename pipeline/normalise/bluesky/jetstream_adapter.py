"""Bluesky's Jetstream, the wire of `/subscribe` and its successor: the adapter.

Facets count UTF-8 bytes; here they become code points. A record names its author by DID only, so the handle is the DID
unless our source has put the author's profile beside the event. The version is the time inside the commit's `rev` (the
same whichever server tells of it), or the event's time where the two disagree; one that knows its author's profile is a
millisecond newer, so that a post can be told again with its author's name. Likes say nothing a post could hold (a
number would have to be counted), and follows, blocks and profile records are none of ours.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from pipeline.errors import RecordError
from pipeline.language_codes import primary_subtags
from pipeline.normalise.bluesky.embeds import add_embed
from pipeline.normalise.bluesky.jetstream_wire import (
    FacetFeature,
    JetstreamAccount,
    JetstreamCommit,
    JetstreamEvent,
    JetstreamFrame,
    KnownCounts,
    KnownProfile,
    PostRecord,
    RecordRef,
    RepostRecord,
    decode_facets,
    decode_labels,
    decode_post,
    decode_repost,
)
from pipeline.normalise.field_validation import MAX_SAFE_INTEGER, checked_text, valid_count
from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.post import Author, AuthorDeletion, Counts, Deletion, Entity, Event, Link, Notice, Post, ReplyTo, Upsert

POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
WITHDRAWN_STATES = frozenset({"deleted", "takendown", "suspended", "deactivated"})
"""States of an account in which none of its posts may be shown."""

SENSITIVE_LABELS = frozenset({"porn", "sexual", "nudity", "graphic-media", "gore"})
SIGNED_IN_ONLY_LABEL = "!no-unauthenticated"
DAY_MS = 86_400_000

_TID = {letter: value for value, letter in enumerate("234567abcdefghijklmnopqrstuvwxyz")}


class _Told(msgspec.Struct):
    """Whose repository a commit changes, when the server and when we heard of it, and whose profiles are known."""

    did: str
    at_ms: int
    received_at: int
    profiles: dict[str, KnownProfile]
    counts: KnownCounts | None = None


def events(event: JetstreamEvent, raw: bytes, received_at: int) -> list[Event]:
    """Return what one event says of posts; [] for what concerns none.

    Raises:
        RecordError: it lacks the repository, the record key or the record.
    """
    told_ms = (
        event.time_us // 1000 if event.time_us is not None and 0 < event.time_us < MAX_SAFE_INTEGER else received_at
    )
    _check_repository(event.did)
    if event.kind == "account" and event.account is not None:
        return _account(event.did, event.account, told_ms)
    commit = event.commit
    if commit is None:
        return []
    if not _given(commit.record):
        commit.record = event.record
    return _commit(commit, _Told(event.did, told_ms, received_at, event.profiles, event.counts), raw)


def frame_events(frame: JetstreamFrame, raw: bytes, received_at: int) -> list[Event]:
    """Return what one frame of the newer wire says of posts.

    Raises:
        RecordError: as `events`.
    """
    message = frame.payload
    if message is None:
        return [Notice("bluesky", "warning", f"{frame.error or 'an empty frame'} {frame.message}"[:200].strip())]
    kind = message.type.rpartition("#")[2]
    told_ms = _told_ms(message.witnessed_at or message.time) or received_at
    if kind == "account" and message.account is not None:
        _check_repository(message.did)
        return _account(message.did, message.account, told_ms)
    if kind != "commit":
        return []
    _check_repository(message.did)
    commit = JetstreamCommit(message.operation, message.collection, message.rkey, message.rev, message.record)
    return _commit(commit, _Told(message.did, told_ms, received_at, frame.profiles), raw)


def _told_ms(text: str) -> int | None:
    """Return a time told to the µs in whole ms, cut and not rounded, as those of the other wire are."""
    return iso_to_ms(f"{text[:23]}Z" if len(text) == 27 and text.endswith("Z") else text)


def _check_repository(did: str) -> None:
    if not _usable(did, "-"):
        raise RecordError(f"Jetstream event of no repository: {did[:40]!r}")


def _account(did: str, account: JetstreamAccount, told_ms: int) -> list[Event]:
    if not account.active and account.status in WITHDRAWN_STATES:
        return [AuthorDeletion("bluesky", did, told_ms)]
    return []


def _commit(commit: JetstreamCommit, told: _Told, raw: bytes) -> list[Event]:
    did = told.did
    if commit.collection not in (POST, REPOST):
        return []
    if not commit.rkey or not _usable(did, commit.rkey):
        raise RecordError("Jetstream commit without a usable record key")
    version = _rev_ms(commit.rev, told.at_ms)
    if commit.operation == "delete":
        return [Deletion(_id(did, commit.rkey), version)]
    if not _given(commit.record):
        raise RecordError("Jetstream commit without a record")
    author = told.profiles.get(did)
    if author is not None and author.hidden:
        hidden = Notice("bluesky", "withheld", "a post of an author who is shown to signed-in people only")
        return [Deletion(_id(did, commit.rkey), version), hidden]
    post = Post(
        id=_id(did, commit.rkey),
        version=version if author is None else version + 1,
        source="bluesky",
        created_at=min(told.at_ms, told.received_at),
        received_at=told.received_at,
        author=_author(did, author),
    )
    if commit.collection == REPOST:
        return _repost(post, decode_repost(commit.record), raw)
    if told.counts is not None:
        numbers = told.counts
        post.counts = Counts(*map(valid_count, (numbers.replies, numbers.reposts, numbers.quotes, numbers.likes)))
    said = _post(post, decode_post(commit.record), commit.rkey, raw)
    parent = told.profiles.get(post.reply_to.author) if post.reply_to is not None else None
    if parent is not None and post.reply_to is not None:
        post.reply_to.handle = parent.handle
    return said


def _author(did: str, profile: KnownProfile | None) -> Author:
    if profile is None:
        return Author(did, did)
    avatar = profile.avatar if profile.avatar.startswith("https://") else ""
    return Author(
        did,
        profile.handle or did,
        checked_text(profile.name),
        checked_text(profile.bio),
        avatar,
        valid_count(profile.followers),
        profile.verified,
    )


def _given(part: Raw) -> bool:
    return bytes(part) not in (b"", b"null")


def _id(did: str, rkey: str) -> str:
    return f"bluesky:{did}/{rkey}"


def _usable(did: str, rkey: str) -> bool:
    """Whether a repository and a record key may be parts of an id: short enough, and nothing in them is invisible."""
    together = did + rkey
    return did.startswith("did:") and len(did) <= 300 and len(rkey) <= 200 and together.isprintable()


def _id_of(ref: RecordRef | None) -> tuple[str, str]:
    """Return the post id and the author's DID of an at:// address of a post, or two empty texts."""
    parts = ref.uri.removeprefix("at://").split("/") if ref is not None else []
    if len(parts) != 3 or parts[1] != POST or not parts[2] or not _usable(parts[0], parts[2]):
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
    claim = iso_to_ms(text)
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
    if SIGNED_IN_ONLY_LABEL in labels:
        return [Notice("bluesky", "withheld", "a post its author shows to signed-in people only")]
    _claim(post, record.created_at)
    post.url = f"https://bsky.app/profile/{post.author.id}/post/{rkey}"
    post.text = checked_text(record.text)
    post.langs = primary_subtags(record.langs or [])
    post.lang = post.langs[0] if post.langs else ""
    post.sensitive = bool(labels & SENSITIVE_LABELS)
    post.conversation_id = post.id
    if record.reply is not None:
        parent, did = _id_of(record.reply.parent)
        post.reply_to = ReplyTo(parent, did)
        post.conversation_id = _id_of(record.reply.root)[0]
    _add_facets(post, record)
    post.hashtags = distinct_ignoring_case(post.hashtags + [tag for tag in record.tags or () if tag])
    if _given(record.embed):
        quoted = add_embed(post, record.embed)
        post.quote_of = _id_of(RecordRef(quoted))[0]
    post.hosts = hosts_of(post.links)
    return [Upsert(post, raw)]


def _labels(record: PostRecord) -> set[str]:
    try:
        labels = decode_labels(record.labels) if _given(record.labels) else None
    except msgspec.MsgspecError:
        return set()
    return {label.val for label in labels.values} if labels is not None else set()


def _add_facets(post: Post, record: PostRecord) -> None:
    try:
        facets = decode_facets(record.facets) if _given(record.facets) else None
    except msgspec.MsgspecError:
        facets = None
    if not facets:
        add_missing_entities(post)
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
    post.mentions = distinct_ignoring_case(post.mentions)
    post.links = [Link(url) for url in dict.fromkeys(one.value for one in post.entities if one.type == "link")]


def _add_entity(post: Post, feature: FacetFeature, start: int, end: int) -> bool:
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
