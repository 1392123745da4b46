"""Posts of the simulated worlds: ids, records, documents, and the rule by which a version matches a search."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from pipeline.post import Author, AuthorDeletion, Deletion, Event, Post, Upsert
from pipeline.query.document import Document
from pipeline.query.tree import Everything, Query
from pipeline.queue.batch import RawBatch, RawRecord, encode_batch

KEYS = ("k0", "k1")


VERSION_STEP = 10_000


ACCOUNT = "account"


ACCOUNT_POSTS = ("demo:3", "demo:4")
"""Posts of the account that a record may delete as a whole."""


_NOBODY = Author("1", "nobody")


def matching(key: str, post_id: str, version: int) -> bool:
    """Tell whether a version of a post matches a search: the rule of the simulated worlds."""
    return zlib.crc32(f"{key}/{post_id}/{version}".encode()) % 3 != 0


def normalise_record(raw: bytes, source: str, received_at: int, instance: str) -> list[Event]:
    """Return the events of a record: `id version`, `id delete` or `account delete`."""
    post_id, _, what = raw.decode().partition(" ")
    if post_id == ACCOUNT:
        return [AuthorDeletion("demo", "2", received_at)]
    if what == "delete":
        return [Deletion(post_id, received_at)]
    return [Upsert(Post(id=post_id, version=int(what), source="demo", created_at=1, received_at=1, author=_NOBODY))]


def parse_key(text: str) -> Query:
    """Return the search with this key; in these worlds a search is its key."""
    return Query(text, Everything(), text, text, ())


def record_of(post_id: str, version: int | None) -> bytes:
    """Return the record of a version of a post or (None) of its deletion; the id may be `ACCOUNT`."""
    return f"{post_id} {'delete' if version is None else version}".encode()


def batch_of(records: Sequence[bytes]) -> bytes:
    """Return an encoded raw batch."""
    return encode_batch(RawBatch("demo", [RawRecord(1_700_000_000_000, record) for record in records]))


def document_of(post_id: str, version: int) -> Document:
    return Document(post_id, version, [], [], [], [], set(), {})


def body_of(post_id: str, version: int) -> bytes:
    return b'{"id":"%b","version":%d}' % (post_id.encode(), version)
