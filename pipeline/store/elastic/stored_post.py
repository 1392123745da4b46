"""Stored post: writes and reads a post's document in Elasticsearch, its wire JSON and, beside it, the indexed fields.

The wire JSON, as clients receive it, is an object within the source. It is cut out of an answer as bytes and never
parsed on its way to a client. For the planner, a post becomes a row with the numbers that a conditional write must
name. Also makes the values of the fields by which an account's posts and a post's reposts are found.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pipeline.query.document import Document
from pipeline.store.elastic import document_fields
from pipeline.store.elastic.document_fields import NUMBER_FIELDS, TEXT_FIELDS
from pipeline.store.past.post_past import decode_past, encode_past
from pipeline.store.plan import RowUpsert, StoredRow
from pipeline.store.post_json import decode_post
from pipeline.store.sort_key import NO_ARRIVAL

_encode = msgspec.json.Encoder().encode
_KEYWORD_CHARS = 1_000


class ReadablePost(msgspec.Struct, kw_only=True):
    """Part of a source that a client receives: sort key, wire JSON, and the id of the original inside the post.

    `past` is what was replaced in the post, as stored bytes (base 64 in the source).
    """

    place: int
    post: msgspec.Raw
    inside: str = ""
    past: bytes = b""


class PostSource(ReadablePost, kw_only=True):
    """Whole source of a post's document."""

    seq: int
    arrival: int = NO_ARRIVAL
    changed: int = 0
    touched: bool = False
    reach: int | None = None
    words: str = ""
    urls: str = ""
    bio: str = ""
    name: str = ""
    facets: list[str] = []
    followers: int | None = None
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None

    def document(self, post_id: str, created_at: int) -> Document:
        """Return the document that was indexed."""
        indexed = {name: getattr(self, name) for name in _NAMES}
        return document_fields.document(post_id, indexed | {"created_at": created_at})


_NAMES = (*TEXT_FIELDS, "facets", *NUMBER_FIELDS)


@dataclass(slots=True)
class VersionedRow(StoredRow):
    """A stored post for the planner, with its period and the numbers that a conditional write of it must name."""

    period: str = ""
    seq_no: int = -1
    term: int = -1
    reach: int | None = None
    arrival: int = NO_ARRIVAL


def versioned_row(source: PostSource, period: str, seq_no: int, term: int) -> VersionedRow:
    """Return the row of a source that was read."""
    body = bytes(source.post)
    post = decode_post(body)
    document = source.document(post.id, post.created_at)
    past = decode_past(source.past)
    return VersionedRow(
        source.place, post, body, document, source.touched, past, period, seq_no, term, source.reach, source.arrival
    )


def author_key(network: str, author_id: str) -> str:
    """Return the value of the field `by` for an account. A long one is cut, so that hits must be compared again."""
    return f"{network}:{author_id}"[:_KEYWORD_CHARS]


def original_key(post_id: str) -> str:
    """Return the value of the field `original` for a reposted post. A long one is cut."""
    return post_id[:_KEYWORD_CHARS]


def source_of(put: RowUpsert, at: int, reach: int | None, arrived: int) -> bytes:
    """Return the source of a post's document. `at` is its sort key; `arrived` orders posts with the same sort key."""
    post = put.post
    body = document_fields.fields(put.document)
    body["place"] = at
    body["seq"] = post.seq
    body["first_seq"] = post.first_seq
    body["changed"] = post.changed
    body["touched"] = put.touched
    body["by"] = author_key(post.source, post.author.id)
    if arrived != NO_ARRIVAL:
        body["arrival"] = arrived
    if reach is not None:
        body["reach"] = reach
    if post.repost_of:
        body["original"] = original_key(post.repost_of)
    if post.repost_of or post.quote_of:
        body["inside"] = post.repost_of or post.quote_of
    if put.past.until:
        body["past_until"] = put.past.until
        body["past"] = encode_past(put.past)
    body["post"] = msgspec.Raw(put.body)
    return _encode(body)
