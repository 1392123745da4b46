"""Adapter of our own JSON: turns its records into posts, deletions of posts, and removals of an account for good.

Such records come from `demo`, exports, installed sources, re-checks and `murmur forget`. Their kind, network, ids,
times and spans are checked; a fault raises `RecordError`. A post keeps the network it came from. Fields that a record
leaves out (a version, entities, hosts) are filled in. An original inside a record becomes a post of its own.
"""

from __future__ import annotations

from msgspec import UnsetType

from pipeline.errors import RecordError
from pipeline.normalise.field_validation import MAX_POST_ID_CHARS, MAX_SAFE_INTEGER, checked_text
from pipeline.normalise.murmur_json.wire import MurmurRecord
from pipeline.normalise.source_permissions import SourcePermissions
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.post import MAX_TIME_MS, AuthorDeletion, Deletion, Event, Post, Upsert

_KINDS = ("post", "delete", "forget")


def events(record: MurmurRecord, raw: bytes, received_at: int, permissions: SourcePermissions) -> list[Event]:
    """Return the events of a record, the original that it carries first.

    Raises:
        RecordError: the record is inconsistent (no author, a span outside the text, a time outside the calendar), or
            `permissions` does not permit it.
    """
    if record.kind not in permissions.record_kinds:
        known = record.kind in _KINDS
        raise RecordError(
            f"a record of {permissions.label} may not be of kind {record.kind!r}"
            if known
            else f"murmur record of unknown kind {record.kind[:30]!r}"
        )
    if record.kind == "delete":
        permissions.check_subject(record.id.partition(":")[0], record.id)
        return [Deletion(_checked_id(record.id), min(record.at or received_at, received_at))]
    if record.kind == "forget":
        if record.author is None or not record.author.id or not record.source.isidentifier():
            raise RecordError("murmur record that names nobody to forget")
        return [AuthorDeletion(record.source, record.author.id, record.at or MAX_SAFE_INTEGER, forgotten=True)]
    found: list[Event] = []
    if record.original is not None:
        permissions.check_subject(record.original.source, record.original.id)
        found.append(Upsert(_post(record.original, received_at)))
    permissions.check_subject(record.source, record.id)
    found.append(Upsert(_post(record, received_at), raw))
    return found


def _checked_id(text: str) -> str:
    if not 0 < len(text) <= MAX_POST_ID_CHARS or ":" not in text or not text.isprintable() or " " in text:
        raise RecordError(f"murmur record with an unusable id: {text[:60]!r}")
    return text


def _post(record: MurmurRecord, received_at: int) -> Post:
    created_at = record.created_at
    if record.author is None or created_at is None:
        raise RecordError("murmur record without author or created_at")
    if not 0 <= created_at <= MAX_TIME_MS or not 0 <= record.version <= MAX_SAFE_INTEGER:
        raise RecordError("murmur record with a time outside the calendar")
    if record.edited_at is not None and not 0 <= record.edited_at <= MAX_TIME_MS:
        raise RecordError("murmur record with an edit outside the calendar")
    if not record.source.isidentifier():
        raise RecordError(f"murmur record of no source: {record.source[:30]!r}")
    for other in (record.repost_of, record.quote_of, record.conversation_id, record.reply_to and record.reply_to.id):
        if other:
            _checked_id(other)
    claim = record.claimed_at if record.claimed_at is not None else created_at
    langs = record.langs or ([record.lang] if record.lang else [])
    post = Post(
        id=_checked_id(record.id),
        version=record.version or received_at,
        source=record.source,
        url=record.url if record.url.startswith(("https://", "http://")) else "",
        created_at=min(created_at, received_at),
        claimed_at=claim if claim != min(created_at, received_at) else None,
        received_at=received_at,
        text=checked_text(record.text),
        lang=langs[0] if langs else "",
        langs=langs,
        author=record.author,
        counts=record.counts,
        reply_to=record.reply_to,
        conversation_id=record.conversation_id or ("" if record.reply_to or record.repost_of else record.id),
        repost_of=record.repost_of,
        quote_of=record.quote_of,
        hashtags=record.hashtags,
        cashtags=record.cashtags,
        mentions=record.mentions,
        links=record.links,
        hosts=record.hosts or hosts_of(record.links),
        media=record.media,
        sensitive=record.sensitive,
        poll=record.poll,
        edited_at=record.edited_at,
        emojis=record.emojis,
    )
    if isinstance(record.entities, UnsetType):
        add_missing_entities(post)
    else:
        length = len(post.text)
        if any(not 0 <= one.start < one.end <= length for one in record.entities):
            raise RecordError("murmur record with a span outside its text")
        post.entities = record.entities
    return post
