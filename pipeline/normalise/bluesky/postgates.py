"""Postgates of Bluesky: an author takes their post out of the posts that quote it.

A record of `app.bsky.feed.postgate` has the record key of the post that it belongs to and lies in the same repository
(lexicon `app.bsky.feed.postgate`, bluesky-social/atproto). Its `detachedEmbeddingUris` name the quoting posts. Who may
quote at all (`embeddingRules`) changes nothing that is written already, and is passed over.
"""

from __future__ import annotations

import msgspec

from pipeline.normalise.bluesky.jetstream_wire import JetstreamCommit
from pipeline.normalise.bluesky.record_ids import is_usable, post_id, referenced_post
from pipeline.normalise.bluesky.record_wire import RecordRef, is_present
from pipeline.post import Event, QuoteDetachment

MAX_DETACHED = 500
"""Most quotes that one record detaches; a longer list is cut."""


class PostgateRecord(msgspec.Struct, rename={"detached": "detachedEmbeddingUris"}):
    """The post that a postgate belongs to, and the posts that may not show it as their quote."""

    post: str = ""
    detached: list[str] | None = None


_decode = msgspec.json.Decoder(PostgateRecord).decode


def postgate_events(did: str, commit: JetstreamCommit) -> list[Event]:
    """Return the detachments that a postgate states; [] where it is deleted or belongs to somebody else's post.

    A quote that a later record lists no more stays detached, because the stream does not name it.
    """
    if commit.operation == "delete" or not is_present(commit.record) or not is_usable(did, commit.rkey):
        return []
    record = _decode(commit.record)
    quoted = post_id(did, commit.rkey)
    if referenced_post(RecordRef(record.post))[0] != quoted:
        return []
    quoting = (referenced_post(RecordRef(uri))[0] for uri in (record.detached or ())[:MAX_DETACHED])
    return [QuoteDetachment(one, quoted) for one in dict.fromkeys(quoting) if one]
