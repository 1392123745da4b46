"""Percolate requests: find in Elasticsearch which standing searches match which documents, bounded in size and time.

Many documents go into one request; the answer names for each search the positions of its documents, page by page.
Searches match as they are or without conditions on counts, all of them or only those that have such conditions. An
answer without the sentinel document raises `IndexRecreated`: searches may be missing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.match.percolator.percolator_index import SearchIndex
from pipeline.match.percolator.search_document import SENTINEL
from pipeline.query.document import Document
from pipeline.store.elastic.cluster.client import path_to
from pipeline.store.elastic.cluster.json_codec import encode
from pipeline.store.elastic.cluster.request_errors import RequestTimedOut
from pipeline.store.elastic.cluster.search_answers import Found, KeyHit
from pipeline.store.elastic.document_fields import fields

DOCUMENTS_MAX = 100
PERCOLATE_MAX_BYTES = 4 * 1024 * 1024
PAGE_SEARCHES = 10_000
"""Most searches that one answer names; further pages are requested for more."""
LIMIT_S = 10.0
"""Seconds that all requests of one call may take together: a batch has 45 s for everything."""

_PARAMS = {"allow_partial_search_results": "false", "filter_path": "timed_out,hits.hits._id,hits.hits.fields"}
_SLOTS = "_percolator_document_slot"

PercolatedField = Literal["query", "relaxed"]
"""Field of the index whose searches are matched: as they are, or without their conditions on counts."""


class IndexRecreated(Exception):
    """The index was created anew after a loss, so that searches may be missing in it."""


class _SearchHit(KeyHit, kw_only=True):
    fields: dict[str, list[int]] = msgspec.field(default_factory=dict)


class PercolateRequests:
    """Percolates documents. Belongs to one thread."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    def percolate(
        self, documents: Sequence[Document], *, field: PercolatedField = "query", counted: bool = False
    ) -> Iterator[tuple[str, list[int]]]:
        """Yield (key, indexes of the documents that the search may match), once for each request and search.

        With `counted`, only searches with conditions on counts are matched.

        Raises:
            IndexRecreated: the index was created anew.
            StoreUnavailable: the server did not answer, or not in time.
        """
        end = time.monotonic() + LIMIT_S
        for start, part in _requests(documents):
            filters: list[Any] = [{"percolate": {"field": field, "documents": part}}]
            if counted:
                filters.append({"term": {"counted": True}})
            for key, slots in self._searches(filters, end):
                yield key, [start + slot for slot in slots]

    def _searches(self, filters: list[Any], end: float) -> Iterator[tuple[str, list[int]]]:
        body: dict[str, Any] = {
            "query": {"bool": {"filter": filters}},
            "size": PAGE_SEARCHES,
            "_source": False,
            "track_total_hits": False,
            "sort": [{"key": "asc"}],
        }
        first = True
        while True:
            hits = self._page(body, end)
            if first and (not hits or hits[0].key != SENTINEL):
                raise IndexRecreated
            first = False
            for hit in hits:
                if hit.key != SENTINEL:
                    yield hit.key, hit.fields.get(_SLOTS, [])
            if len(hits) < PAGE_SEARCHES:
                return
            body["search_after"] = [hits[-1].key]

    def _page(self, body: dict[str, Any], end: float) -> list[_SearchHit]:
        left_s = end - time.monotonic()
        if left_s <= 0:
            raise RequestTimedOut(f"the percolator took longer than {LIMIT_S:.0f} s for a batch")
        path = path_to(self._index.name, "_search")
        answer = self._index.client.request(
            "POST", path, encode(body), into=Found[_SearchHit], params=_PARAMS, timeout_s=left_s
        )
        if answer.timed_out:
            raise StoreUnavailable("the percolator was stopped before it was done")
        return answer.hits.hits


def _requests(documents: Sequence[Document]) -> Iterator[tuple[int, list[msgspec.Raw]]]:
    """Yield documents in their indexed form, as many as one request may have, with the index of the first."""
    start, size = 0, 0
    part: list[msgspec.Raw] = []
    for index, document in enumerate(documents):
        body = encode(fields(document))
        if part and (len(part) == DOCUMENTS_MAX or size + len(body) > PERCOLATE_MAX_BYTES):
            yield start, part
            start, part, size = index, [], 0
        part.append(msgspec.Raw(body))
        size += len(body)
    if part:
        yield start, part
