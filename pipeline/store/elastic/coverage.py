"""Coverage rows in Elasticsearch: enters and reads the spans in which each source was, or was not, collected.

The newest rows of a source are one document, which is read and replaced by its key, and again after a conflict with
another process. Older rows are moved to documents of their own, so that the document of a source with many
interruptions stays small.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.store.contract import CoverageRow
from pipeline.store.coverage import with_row
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.json_codec import decode, encode
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.index_names import IndexNames, key

NEWEST_ROWS_MAX = 400
"""Most rows in the document of a source's newest rows."""
_MOVED_AT_ONCE = 200
_ATTEMPTS_MAX = 10
_READ_AT_ONCE = 1_000


class _Rows(msgspec.Struct):
    rows: list[CoverageRow]
    since: int = 0
    kind: str = "coverage"


class ElasticCoverage:
    """Coverage rows of one store. Belongs to one thread at a time."""

    def __init__(self, client: ElasticClient, names: IndexNames, refresh: Callable[[], None]) -> None:
        self._client = client
        self._state = names.state
        self._refresh = refresh
        self._bulk = Bulk(client)

    def add(self, row: CoverageRow) -> None:
        """Enter a row by `coverage.with_row`.

        Raises:
            StoreUnavailable: other processes keep writing the same rows, or the server cannot write now.
        """
        name = key(f"o:{row.source}")
        for _ in range(_ATTEMPTS_MAX):
            (got,) = get_many(self._client, [(self._state, name)])
            stored = decode(got.source, _Rows).rows if got.found else []
            rows = with_row(stored, row)
            if len(rows) > NEWEST_ROWS_MAX:
                moved = [old for old in rows if old.until is not None][:_MOVED_AT_ONCE]
                rows = [old for old in rows if old not in moved]
                self._bulk.send([self._older(moved)])
            body = encode(_Rows(rows, min(one.since for one in rows)))
            action = Write("index" if got.found else "create", self._state, name, body, got.seq_no, got.term)
            if not self._bulk.send([action]):
                return
        raise StoreUnavailable("others keep writing what is collected")

    def _older(self, rows: list[CoverageRow]) -> Write:
        """Return the write of older rows. Its key is a hash of the rows, so that a repeated write changes nothing."""
        digest = hashlib.sha256(encode(rows)).hexdigest()
        return Write("index", self._state, f"c:{digest}", encode(_Rows(rows, min(row.since for row in rows))))

    def all(self, since: int | None, until: int | None) -> list[CoverageRow]:
        """Return the rows that overlap a span (ms), oldest first."""
        self._refresh()
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"term": {"kind": "coverage"}}]}},
            "sort": [{"since": "desc"}],
            "size": _READ_AT_ONCE,
        }
        path = path_to(self._state, "_search")
        hits = self._client.request("POST", path, body, into=Found[Hit[_Rows]]).hits.hits
        rows = dict.fromkeys(row for hit in hits for row in hit.source.rows)
        overlapping = [
            row
            for row in rows
            if (since is None or row.until is None or row.until > since) and (until is None or row.since < until)
        ]
        return sorted(overlapping, key=lambda row: row.since)
