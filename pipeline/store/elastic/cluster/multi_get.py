"""Multi-get: reads documents by index and key in real time, refreshed or not, in the order in which they are named.

A missing document is yielded as not found; each has the numbers that a conditional write must name. A failed read
raises `StoreUnavailable`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.store.elastic.cluster.client import ElasticClient
from pipeline.store.elastic.cluster.search_answers import Cause

_REQUESTED_AT_ONCE = 1_000


class GotDocument(msgspec.Struct):
    """A document by its key, with the numbers that a conditional write must name; -1 if there is none."""

    found: bool = False
    seq_no: int = msgspec.field(name="_seq_no", default=-1)
    term: int = msgspec.field(name="_primary_term", default=-1)
    source: msgspec.Raw = msgspec.field(name="_source", default_factory=msgspec.Raw)
    error: Cause | None = None


class _Answer(msgspec.Struct):
    docs: list[GotDocument]


def get_many(
    client: ElasticClient, wanted: Sequence[tuple[str, str]], *, sources: bool = True
) -> Iterator[GotDocument]:
    """Yield the documents of (index, key) pairs in their order; a missing one has `found` False.

    Without `sources`, only their existence is read.

    Raises:
        StoreUnavailable: some document cannot be read now.
    """
    more = {} if sources else {"_source": False}
    for start in range(0, len(wanted), _REQUESTED_AT_ONCE):
        part = wanted[start : start + _REQUESTED_AT_ONCE]
        docs = [{"_index": index, "_id": name, **more} for index, name in part]
        for got in client.request("POST", "/_mget", {"docs": docs}, into=_Answer).docs:
            if got.error is not None and got.error.type != "index_not_found_exception":
                raise StoreUnavailable(f"Elasticsearch cannot read now: {got.error.summary()}")
            yield got
