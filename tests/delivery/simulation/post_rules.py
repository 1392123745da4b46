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

BEGINNING_MS = 1_700_000_000_000

REUSED = "bluesky:0"
"""Id of a post that is deleted and written again."""


ACCOUNT = "account"


ACCOUNT_POSTS = ("demo:3", "demo:4")
"""Posts of the account that a record may delete as a whole."""


_NOBODY = Author("1", "nobody")


def matching(key: str, post_id: str, version: int) -> bool:
    """Tell whether a version of a post matches a search: the rule of the simulated worlds."""
    return zlib.crc32(f"{key}/{post_id}/{version}".encode()) % 3 != 0


def normalise_record(raw: bytes, source: str, received_at: int, instance: str) -> list[Event]:
    """Return the events of a record: `id version`, `id delete`, `id delete version` or `account delete`."""
    post_id, _, what = raw.decode().partition(" ")
    if post_id == ACCOUNT:
        return [AuthorDeletion("demo", "2", received_at)]
    if what.startswith("delete"):
        version = what.removeprefix("delete").strip()
        return [Deletion(post_id, int(version) if version else received_at)]
    return [Upsert(Post(id=post_id, version=int(what), source="demo", created_at=1, received_at=1, author=_NOBODY))]


def parse_key(text: str) -> Query:
    """Return the search with this key; in these worlds a search is its key."""
    return Query(text, Everything(), text, text, ())


def record_of(post_id: str, version: int | None) -> bytes:
    """Return the record of a version of a post or of its deletion; the id may be `ACCOUNT`.

    None is a deletion for good, a negative version a deletion at that version.
    """
    if version is not None and version < 0:
        return f"{post_id} delete {-version}".encode()
    return f"{post_id} {'delete' if version is None else version}".encode()


def batch_of(records: Sequence[tuple[int, bytes]]) -> bytes:
    """Return an encoded raw batch of records, each with the ms after the world's beginning at which it was received."""
    return encode_batch(RawBatch("demo", [RawRecord(BEGINNING_MS + after, record) for after, record in records]))


def document_of(post_id: str, version: int) -> Document:
    return Document(post_id, version, [], [], [], [], set(), {})


def body_of(post_id: str, version: int, rewritten: int = 0) -> bytes:
    return b'{"id":"%b","version":%d,"rewritten":%d}' % (post_id.encode(), version, rewritten)
