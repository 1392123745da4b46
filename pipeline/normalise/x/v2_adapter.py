"""X API v2 adapter: turns a line of the filtered stream, or a page of a search or look-up, into posts and notices.

`data` is one post or a list; `includes` has the users, media and posts they refer to. Reposted and quoted originals
come first as posts of their own. An unreadable post of a page costs no other. This module decides each post's version
(when the data was current); `v2_post.py` makes the post. Errors, disconnects and answers about rules become notices.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.normalise.x import stream_messages
from pipeline.normalise.x.v2_envelope_wire import V2Envelope, V2Problem
from pipeline.normalise.x.v2_post import EnvelopeContext, created_ms, post_of
from pipeline.normalise.x.v2_wire import V2Tweet, decode_tweet
from pipeline.post import Event, Notice, Upsert

MAX_QUOTE_DEPTH = 8
"""Most posts of a chain of quotes that are read from one record."""

_encode = msgspec.json.Encoder().encode
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
    message = _stream_message(items[0])
    if message is not None:
        return stream_messages.events(*message, received_at)
    if _is_rules_answer(items[0], envelope):
        return [Notice("x", "info", "answer about rules")]
    context = EnvelopeContext(envelope.includes, received_at)
    if len(items) == 1:
        return _item_events(items[0], raw, envelope, context)
    found: list[Event] = []
    troubles: list[str] = []
    for item in items:
        try:
            found += _item_events(item, _encode({"data": item}), envelope, context)
        except (RecordError, msgspec.MsgspecError) as error:
            troubles.append(str(error))
    if len(troubles) == len(items):
        raise RecordError(f"X v2 page without a readable post: {troubles[0]}")
    return [*found, *(Notice("x", "warning", f"a post of a page cannot be read: {one}"[:300]) for one in troubles)]


def _item_events(item: msgspec.Raw, raw: bytes, envelope: V2Envelope, context: EnvelopeContext) -> list[Event]:
    tweet = decode_tweet(item)
    context.version = _observed_ms(envelope, tweet, context.received_at)
    return [*_original_events(tweet, context), Upsert(post_of(tweet, context), raw)]


def flat_events(tweet: V2Tweet, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of a post that stands alone, without `data` around it."""
    return [Upsert(post_of(tweet, EnvelopeContext(None, received_at)), raw)]


def _stream_message(item: msgspec.Raw) -> tuple[str, msgspec.Raw] | None:
    """Return name and body of a message of the compliance streams (`{"data":{"delete":{…}}}`); None for a post."""
    names = _decode_names(item)
    name = next((name for name in names if name in stream_messages.MESSAGE_NAMES), None) if len(names) == 1 else None
    return (name, names[name]) if name is not None else None


def _is_rules_answer(item: msgspec.Raw, envelope: V2Envelope) -> bool:
    names = _decode_names(item)
    return "text" not in names and "value" in names and envelope.includes is None


def _observed_ms(envelope: V2Envelope, tweet: V2Tweet, received_at: int) -> int:
    """Return the time at which an envelope's data was current: on the stream, when its post was written."""
    if bytes(envelope.matching_rules):
        created = created_ms(tweet)
        return created if created is not None else received_at
    retrieved_ms = iso_to_ms(envelope.twarc.retrieved_at) if envelope.twarc and envelope.twarc.retrieved_at else None
    return retrieved_ms if retrieved_ms is not None else received_at


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
            found.append(Upsert(post_of(original, context)))
    return found
