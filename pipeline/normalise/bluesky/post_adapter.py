"""Bluesky record adapter: completes a canonical post from an `app.bsky.feed.post` or `app.bsky.feed.repost` record.

It sets text, languages, time, reply, conversation, tags and sensitivity, and adds facets and embeds; `author_of`
makes the author. A record names its author by DID only: the handle is the DID, unless our own source has put the
profile beside the event. A post labelled for signed-in people only becomes a notice; a repost of a feed or list gives
no event.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.language_codes import language_tags
from pipeline.normalise.bluesky.account_handles import usable_handle
from pipeline.normalise.bluesky.bridged_text import whole_text
from pipeline.normalise.bluesky.embeds.post_embeds import add_embed, quoted_address
from pipeline.normalise.bluesky.jetstream_wire import KnownProfile
from pipeline.normalise.bluesky.record_ids import referenced_post
from pipeline.normalise.bluesky.record_wire import (
    PostRecord,
    RecordRef,
    RepostRecord,
    decode_label,
    decode_labels,
    decode_ref,
    decode_reply,
    decode_text,
    readable,
    readable_items,
)
from pipeline.normalise.bluesky.rich_text_facets import add_marks, facet_marks
from pipeline.normalise.bluesky.tag_signs import add_tags, add_unmarked_cashtags
from pipeline.normalise.field_validation import checked_text, valid_count
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.post import Author, Event, Notice, Post, ReplyTo, Upsert

SENSITIVE_LABELS = frozenset({"porn", "sexual", "nudity", "graphic-media", "gore"})
WITHHOLDING_LABELS = frozenset({"!no-unauthenticated", "!hide"})
"""Self-labels of a post that may not be shown to everybody: to people who are signed in only, or to nobody."""

MAX_LISTED = 100
"""Most languages, tags and labels of a post that are read; the lexicon allows 3, 8 and 10."""

NO_HANDLES: Mapping[str, str] = {}
"""Handles of mentioned accounts where none is known."""


def author_of(did: str, profile: KnownProfile | None) -> Author:
    """Return the author of a repository, with the fields of the profile if it is known."""
    if profile is None:
        return Author(did, did)
    avatar = profile.avatar if profile.avatar.startswith("https://") else ""
    return Author(
        did,
        usable_handle(profile.handle) or did,
        checked_text(profile.name),
        checked_text(profile.bio),
        avatar,
        valid_count(profile.followers),
        profile.verified,
        bot=profile.bot,
    )


def repost_events(post: Post, record: RepostRecord, raw: bytes) -> list[Event]:
    """Complete a repost from its record and return its events; [] where a feed or a list was reposted."""
    original, _ = referenced_post(record.subject)
    if not original:
        return []
    _apply_claimed_time(post, record.created_at)
    post.repost_of = original
    post.url = f"https://bsky.app/profile/{post.author.id}"
    return [Upsert(post, raw)]


def post_events(
    post: Post, record: PostRecord, record_key: str, raw: bytes, handles: Mapping[str, str] = NO_HANDLES
) -> list[Event]:
    """Complete a post from its record and return its events: the post, or a notice where its author withholds it.

    Args:
        post: the post, with its author.
        record: its record.
        record_key: the record's key.
        raw: the bytes that are stored beside the post.
        handles: the known handles of mentioned accounts, by DID.
    """
    labels = _self_labels(record)
    if not labels.isdisjoint(WITHHOLDING_LABELS):
        return [Notice("bluesky", "withheld", "a post that its author does not show to everybody")]
    _apply_claimed_time(post, record.created_at)
    post.url = f"https://bsky.app/profile/{post.author.id}/post/{record_key}"
    checked_text(record.text)
    post.langs = language_tags(readable_items(decode_text, record.langs, MAX_LISTED))
    post.lang = post.langs[0] if post.langs else ""
    post.sensitive = bool(labels & SENSITIVE_LABELS)
    _add_reply(post, record)
    quoted = quoted_address(record.embed)
    if quoted:
        post.quote_of = referenced_post(RecordRef(quoted))[0]
    post.text, marks = whole_text(record, facet_marks(record.text, record), quote_shown=bool(post.quote_of))
    if marks:
        add_marks(post, marks, handles)
    else:
        add_missing_entities(post, leave_out=("mention", "cashtag"))
    add_unmarked_cashtags(post)
    add_tags(post, readable_items(decode_text, record.tags, MAX_LISTED))
    add_embed(post, record.embed)
    post.hosts = hosts_of(post.links)
    return [Upsert(post, raw)]


def _add_reply(post: Post, record: PostRecord) -> None:
    """Add what a post answers and the first post of its conversation. An answer to another record answers no post."""
    post.conversation_id = post.id
    refs = readable(decode_reply, record.reply)
    if refs is None:
        return
    parent, did = referenced_post(readable(decode_ref, refs.parent))
    if parent:
        post.reply_to = ReplyTo(parent, did)
        post.conversation_id = referenced_post(readable(decode_ref, refs.root))[0]


def _apply_claimed_time(post: Post, text: object) -> None:
    """Set `created_at` and `claimed_at` from the time that the author's client wrote."""
    claim = iso_to_ms(text) if isinstance(text, str) else None
    if claim is not None and claim != post.created_at:
        post.claimed_at = claim if claim > post.created_at else None
        post.created_at = min(claim, post.created_at)


def _self_labels(record: PostRecord) -> set[str]:
    labels = readable(decode_labels, record.labels)
    found = readable_items(decode_label, labels.values, MAX_LISTED) if labels is not None else []
    return {label.val for label in found}
