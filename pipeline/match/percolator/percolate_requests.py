"""Asks the percolator: which of the searches in the index match which documents. Bounded in size and time.

Documents go many in a request, in filter context; the answer names for each search the places of its documents.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.match.percolator.search_index import SENTINEL, SearchIndex
from pipeline.query.document import Document
from pipeline.store.elastic.cluster.client import RequestTimedOut, encode, path_to
from pipeline.store.elastic.document_fields import fields

MAX_DOCUMENTS = 100
MAX_BYTES = 4 * 1024 * 1024
PAGE = 10_000
"""Searches an answer names at most; of more another answer is asked."""
LIMIT_S = 10.0
"""How long the questions of one call may take in all: a batch has 45 s for everything."""

_PARAMS = {"allow_partial_search_results": "false", "filter_path": "timed_out,hits.hits._id,hits.hits.fields"}
_SLOTS = "_percolator_document_slot"

Field = Literal["query", "relaxed"]


class IndexRecreated(Exception):
    """Raised when the index was made anew, so that searches may be missing."""


class _Hit(msgspec.Struct):
    id: str = msgspec.field(name="_id")
    fields: dict[str, list[int]] = {}


class _Hits(msgspec.Struct):
    hits: list[_Hit] = []


class _Answer(msgspec.Struct):
    timed_out: bool = False
    hits: _Hits = msgspec.field(default_factory=_Hits)


class PercolateRequests:
    """Percolates documents. Belongs to one thread."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    def percolate(
        self, documents: Sequence[Document], *, field: Field = "query", counted: bool = False
    ) -> Iterator[tuple[str, list[int]]]:
        """Yield (key, places of the documents that it may match): a key comes once for each part of the documents.

        With `counted` only searches that look at counts are asked.

        Raises:
            IndexRecreated: the index was made anew.
            StoreUnavailable: it could not be asked, or not in time.
        """
        end = time.monotonic() + LIMIT_S
        for start, part in _parts(documents):
            filters: list[Any] = [{"percolate": {"field": field, "documents": part}}]
            if counted:
                filters.append({"term": {"counted": True}})
            for key, slots in self._searches(filters, end):
                yield key, [start + slot for slot in slots]

    def _searches(self, filters: list[Any], end: float) -> Iterator[tuple[str, list[int]]]:
        asked: dict[str, Any] = {
            "query": {"bool": {"filter": filters}},
            "size": PAGE,
            "_source": False,
            "track_total_hits": False,
            "sort": [{"key": "asc"}],
        }
        first = True
        while True:
            left_s = end - time.monotonic()
            if left_s <= 0:
                raise RequestTimedOut(f"the percolator took longer than {LIMIT_S:.0f} s for a batch")
            path = path_to(self._index.name, "_search")
            answer = self._index.client.request(
                "POST", path, encode(asked), into=_Answer, params=_PARAMS, timeout_s=left_s
            )
            if answer.timed_out:
                raise StoreUnavailable("the percolator was stopped before it was done")
            hits = answer.hits.hits
            if first and (not hits or hits[0].id != SENTINEL):
                raise IndexRecreated
            first = False
            for hit in hits:
                if hit.id != SENTINEL:
                    yield hit.id, hit.fields.get(_SLOTS, [])
            if len(hits) < PAGE:
                return
            asked["search_after"] = [hits[-1].id]


def _parts(documents: Sequence[Document]) -> Iterator[tuple[int, list[msgspec.Raw]]]:
    """Yield the documents as they are indexed, as many as a request may have, with the place of the first."""
    start, size = 0, 0
    part: list[msgspec.Raw] = []
    for place, document in enumerate(documents):
        body = encode(fields(document))
        if part and (len(part) == MAX_DOCUMENTS or size + len(body) > MAX_BYTES):
            yield start, part
            start, part, size = place, [], 0
        part.append(msgspec.Raw(body))
        size += len(body)
    if part:
        yield start, part
