"""What was collected when. The newest rows of a source lie in one document, read and replaced by its key.

Older ones are moved to documents of their own, so that a source which breaks off often does not make one grow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.store.contract import CoverageRow
from pipeline.store.coverage import with_row
from pipeline.store.elastic.client import Client, Found, at, decode, encode
from pipeline.store.elastic.names import IndexNames, key
from pipeline.store.elastic.write.bulk import Bulk, Write
from pipeline.store.elastic.write.lookups import get_many

KEPT_TOGETHER = 400
_MOVED_AT_ONCE = 200
_ATTEMPTS = 10
_AT_ONCE = 1_000


class _Rows(msgspec.Struct):
    rows: list[CoverageRow]
    since: int = 0
    kind: str = "coverage"


class _Hit(msgspec.Struct):
    held: _Rows = msgspec.field(name="_source")
    sort: list[int] = []


class CoverageRows:
    """Keeps them. Belongs to one thread at a time."""

    def __init__(self, client: Client, names: IndexNames, refresh: Callable[[], None]) -> None:
        self._client = client
        self._state = names.state
        self._refresh = refresh
        self._bulk = Bulk(client)

    def add(self, row: CoverageRow) -> None:
        """Enter a row by `coverage.entered`."""
        name = key(f"o:{row.source}")
        for _ in range(_ATTEMPTS):
            (got,) = get_many(self._client, [(self._state, name)])
            held = decode(got.source, _Rows).rows if got.found else []
            rows = with_row(held, row)
            if len(rows) > KEPT_TOGETHER:
                moved = [old for old in rows if old.until is not None][:_MOVED_AT_ONCE]
                rows = [old for old in rows if old not in moved]
                self._bulk.send([self._moved(moved)])
            body = encode(_Rows(rows, min(one.since for one in rows)))
            action = Write("index" if got.found else "create", self._state, name, body, got.seq_no, got.term)
            if not self._bulk.send([action]):
                return
        raise StoreUnavailable("others keep writing what is collected")

    def _moved(self, rows: list[CoverageRow]) -> Write:
        """Return the write of older rows, under a key made of them: doing it twice is doing it once."""
        told = hashlib.sha256(encode(rows)).hexdigest()
        return Write("index", self._state, f"c:{told}", encode(_Rows(rows, min(row.since for row in rows))))

    def all(self, since: int | None, until: int | None) -> list[CoverageRow]:
        """Return rows that overlap a span, oldest first."""
        self._refresh()
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"term": {"kind": "coverage"}}]}},
            "sort": [{"since": "desc"}],
            "size": _AT_ONCE,
        }
        hits = self._client.ask("POST", at(self._state, "_search"), body, into=Found[_Hit]).hits.hits
        rows = dict.fromkeys(row for hit in hits for row in hit.held.rows)
        overlapping = [
            row
            for row in rows
            if (since is None or row.until is None or row.until > since) and (until is None or row.since < until)
        ]
        return sorted(overlapping, key=lambda row: row.since)
