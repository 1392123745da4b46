"""A stored post as Elasticsearch keeps it, and back: the post's wire JSON once, beside it what is indexed.

The wire JSON is an object of the document, cut out of an answer as bytes and never parsed on the way to a reader.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pipeline.query.document import Document
from pipeline.store.elastic import fields
from pipeline.store.elastic.fields import NUMBERS, TEXTS
from pipeline.store.plan import RowUpsert, StoredRow
from pipeline.store.post_json import decode_post
from pipeline.store.sort_key import NO_ARRIVAL

_encode = msgspec.json.Encoder().encode


class Shown(msgspec.Struct, kw_only=True):
    """What of a post's document a reader is given: its place, its wire JSON, and the id of the post inside it."""

    place: int
    post: msgspec.Raw
    inside: str = ""


class Row(Shown, kw_only=True):
    """The source of a post's document."""

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
        return fields.document(post_id, indexed | {"created_at": created_at})


_NAMES = (*TEXTS, "facets", *NUMBERS)


@dataclass(slots=True)
class Kept(StoredRow):
    """A row before a batch, with where it lies and the number a conditional write must name."""

    period: str = ""
    seq_no: int = -1
    term: int = -1
    reach: int | None = None
    arrival: int = NO_ARRIVAL


def kept(row: Row, period: str, seq_no: int, term: int) -> Kept:
    """Return a row as planning wants it."""
    body = bytes(row.post)
    post = decode_post(body)
    document = row.document(post.id, post.created_at)
    return Kept(row.place, post, body, document, row.touched, period, seq_no, term, row.reach, row.arrival)


def author_key(source: str, author_id: str) -> str:
    """Return the value of `by` for an account; long ones are cut, so what is found is looked at again."""
    return f"{source}:{author_id}"[:1_000]


def original_key(post_id: str) -> str:
    """Return the value of `original` for the id of a reposted post; long ones are cut."""
    return post_id[:1_000]


def source_of(put: RowUpsert, at: int, reach: int | None, arrived: int) -> bytes:
    """Return the source of a post's document. `at` is its place, `arrived` by what it is told from others there."""
    post = put.post
    body = fields.fields(put.document)
    body["place"] = at
    body["seq"] = post.seq
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
    body["post"] = msgspec.Raw(put.body)
    return _encode(body)
