"""X API v2 adapter: turns a line of the filtered stream, or a page of a search or look-up, into posts and notices.

`data` is one post or a list; `includes` has the users, media and posts they refer to. Reposted and quoted originals
come first as posts of their own. An unreadable post of a page costs no other. This module decides each post's version
(when the data was current); `v2_post.py` makes the post. Errors, disconnects and answers about rules become notices.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise.post_standing import stand_alone, stand_nested
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.normalise.x import stream_messages
from pipeline.normalise.x.v2_envelope_wire import V2Envelope, V2Problem
from pipeline.normalise.x.v2_post import EnvelopeContext, Writing, is_thin, post_of, writing_of
from pipeline.normalise.x.v2_wire import V2Tweet, decode_tweet
from pipeline.post import Event, Notice, Post, Upsert

MAX_QUOTE_DEPTH = 8
"""Most posts of a chain of quotes that are read from one record."""

_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def events(envelope: V2Envelope, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of a line or page: each post with its originals before it, or a notice.

    Each post of a page keeps only its own part of the page as raw record.

    Raises:
        RecordError: the record is of no known kind, or a post has no usable id.
    """
    data = bytes(envelope.data).strip()
    if data in (b"", b"null", b"[]"):
        return _without_posts(envelope)
    paged = data.startswith(b"[")
    items = _decode_items(data) if paged else [msgspec.Raw(data)]
    names = _decode_names(items[0])
    message = _stream_message(names)
    if message is not None:
        return stream_messages.events(*message, received_at)
    if "text" not in names and "value" in names and envelope.includes is None:
        return [Notice("x", "info", "answer about rules")]
    collector = envelope.twarc
    retrieved_at = iso_to_ms(collector.retrieved_at) if collector is not None and collector.retrieved_at else None
    context = EnvelopeContext(envelope.includes, received_at, retrieved_at)
    if len(items) == 1:
        return _item_events(items[0], raw, envelope, context)
    found: list[Event] = []
    troubles: list[str] = []
    for item in items:
        try:
            found += _item_events(item, b'{"data":%b}' % item, envelope, context)
        except (RecordError, msgspec.MsgspecError) as error:
            troubles.append(str(error))
    if len(troubles) == len(items):
        raise RecordError(f"X v2 page without a readable post: {troubles[0]}")
    return [*found, *(Notice("x", "warning", f"a post of a page cannot be read: {one}"[:300]) for one in troubles)]


def _item_events(item: msgspec.Raw, raw: bytes, envelope: V2Envelope, context: EnvelopeContext) -> list[Event]:
    tweet = decode_tweet(item)
    writing = writing_of(tweet)
    context.version = _observed_ms(envelope, writing, context)
    post = _own(tweet, writing, context)
    if tweet.referenced_tweets and context.tweets:
        return [*_original_events(tweet, context), Upsert(post, raw)]
    return [Upsert(post, raw)]


def flat_events(tweet: V2Tweet, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of a post that stands alone, without `data` around it."""
    context = EnvelopeContext(None, received_at)
    return [Upsert(_own(tweet, writing_of(tweet), context), raw)]


def _own(tweet: V2Tweet, writing: Writing, context: EnvelopeContext) -> Post:
    """Return the post of a record of its own. It counts for the time it was written, as X's posts do not change."""
    post = post_of(tweet, writing, context)
    return stand_alone(
        post,
        written_at=post.version if writing.written_at is None else writing.written_at,
        observed_at=post.version,
        thin=is_thin(tweet, context),
    )


def _nested(tweet: V2Tweet, context: EnvelopeContext) -> Post:
    """Return an original: its version is the time at which it was written, its counts are those of the envelope."""
    writing = writing_of(tweet)
    post = post_of(tweet, writing, context)
    post.version = writing.written_at or 0
    return stand_nested(post, context.version, thin=is_thin(tweet, context))


def _stream_message(names: dict[str, msgspec.Raw]) -> tuple[str, msgspec.Raw] | None:
    """Return name and body of a message of the compliance streams (`{"data":{"delete":{…}}}`); None for a post."""
    name = next((name for name in names if name in stream_messages.MESSAGE_NAMES), None) if len(names) == 1 else None
    return (name, names[name]) if name is not None else None


def _observed_ms(envelope: V2Envelope, writing: Writing, context: EnvelopeContext) -> int:
    """Return the time at which an envelope's data was current: on the stream, when its post was written."""
    observed_at = writing.created_at if len(envelope.matching_rules) else context.retrieved_at
    return context.received_at if observed_at is None else observed_at


def _without_posts(envelope: V2Envelope) -> list[Event]:
    """Return the events of an envelope without posts: a notice of an error or of rules, or nothing."""
    problems = list(envelope.errors or ())
    if envelope.title or envelope.type:
        problem = V2Problem(envelope.title, envelope.detail, "", envelope.type)
        problem.disconnect_type, problem.connection_issue = envelope.disconnect_type, envelope.connection_issue
        problems = [problem]
    if problems:
        first = problems[0]
        ends_stream = first.disconnect_type or first.connection_issue or first.title == "operational-disconnect"
        detail = ": ".join(part for part in (first.title, first.detail or first.message) if part)
        return [Notice("x", "disconnect" if ends_stream else "warning", detail[:300])]
    if envelope.meta is not None:
        return [] if "result_count" in envelope.meta else [Notice("x", "info", "answer about rules")]
    if envelope.includes is not None or bytes(envelope.data):
        return []
    raise RecordError("X v2 record without data")


def _original_events(tweet: V2Tweet, context: EnvelopeContext, depth: int = 0) -> list[Event]:
    """Return the events of the posts that a post reposts or quotes, each once an envelope, the innermost first."""
    found: list[Event] = []
    if depth == MAX_QUOTE_DEPTH:
        return found
    for reference in tweet.referenced_tweets or ():
        original = context.tweets.get(reference.id) if reference.type in ("retweeted", "quoted") else None
        if original is not None and original.id not in context.emitted:
            context.emitted.add(original.id)
            found += _original_events(original, context, depth + 1)
            found.append(Upsert(_nested(original, context)))
    return found
