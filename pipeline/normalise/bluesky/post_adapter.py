"""Bluesky record adapter: completes a canonical post from an `app.bsky.feed.post` or `app.bsky.feed.repost` record.

It sets text, languages, time, reply, conversation, hashtags and sensitivity, and adds facets and embeds; `author_of`
makes the author. A record names its author by DID only: the handle is the DID, unless our own source has put the
profile beside the event. A post labelled for signed-in people only becomes a notice; a repost of a feed or list gives
no event.
"""

from __future__ import annotations

from msgspec import MsgspecError

from pipeline.language_codes import language_tags
from pipeline.normalise.bluesky.embeds import add_embed
from pipeline.normalise.bluesky.jetstream_wire import KnownProfile
from pipeline.normalise.bluesky.record_ids import referenced_post
from pipeline.normalise.bluesky.record_wire import PostRecord, RecordRef, RepostRecord, decode_labels, is_present
from pipeline.normalise.bluesky.rich_text_facets import add_facets
from pipeline.normalise.field_validation import checked_text, valid_count
from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.post import Author, Event, Notice, Post, ReplyTo, Upsert

SENSITIVE_LABELS = frozenset({"porn", "sexual", "nudity", "graphic-media", "gore"})
WITHHOLDING_LABELS = frozenset({"!no-unauthenticated", "!hide"})
"""Self-labels of a post that may not be shown to everybody: to people who are signed in only, or to nobody."""


def author_of(did: str, profile: KnownProfile | None) -> Author:
    """Return the author of a repository, with the fields of the profile if it is known."""
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


def post_events(post: Post, record: PostRecord, record_key: str, raw: bytes) -> list[Event]:
    """Complete a post from its record and return its events: the post, or a notice where its author withholds it."""
    labels = _self_labels(record)
    if not labels.isdisjoint(WITHHOLDING_LABELS):
        return [Notice("bluesky", "withheld", "a post that its author does not show to everybody")]
    _apply_claimed_time(post, record.created_at)
    post.url = f"https://bsky.app/profile/{post.author.id}/post/{record_key}"
    post.text = checked_text(record.text)
    post.langs = language_tags(record.langs or [])
    post.lang = post.langs[0] if post.langs else ""
    post.sensitive = bool(labels & SENSITIVE_LABELS)
    post.conversation_id = post.id
    if record.reply is not None:
        parent, did = referenced_post(record.reply.parent)
        post.reply_to = ReplyTo(parent, did)
        post.conversation_id = referenced_post(record.reply.root)[0]
    add_facets(post, record)
    post.hashtags = distinct_ignoring_case(post.hashtags + [tag for tag in record.tags or () if tag])
    if is_present(record.embed):
        quoted = add_embed(post, record.embed)
        post.quote_of = referenced_post(RecordRef(quoted))[0]
    post.hosts = hosts_of(post.links)
    return [Upsert(post, raw)]


def _apply_claimed_time(post: Post, text: str) -> None:
    """Set `created_at` and `claimed_at` from the time that the author's client wrote."""
    claim = iso_to_ms(text)
    if claim is not None and claim != post.created_at:
        post.claimed_at = claim if claim > post.created_at else None
        post.created_at = min(claim, post.created_at)


def _self_labels(record: PostRecord) -> set[str]:
    try:
        labels = decode_labels(record.labels) if is_present(record.labels) else None
    except MsgspecError:
        return set()
    return {label.val for label in labels.values} if labels is not None else set()
