"""Keeps the shared index like the registry: what one worker knows of it is written under the version it knows.

Several workers apply the same changes, some late. Each write and removal carries the registry's version as the
document's own (external versioning), so of two workers the one that read the registry later wins, whenever the other's
request arrives. A worker that is behind may miss a search that was removed since: nobody watches that one, and whoever
comes to watch it again reads the store after this worker's posts were persisted (docs/delivery.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.match.percolator.search_index import SENTINEL, SearchIndex, body_of, sentinel
from pipeline.query.tree import Node
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import encode, path_to

_PAGE = 5_000


class _Sorted(msgspec.Struct):
    id: str = msgspec.field(name="_id")


class _Hits(msgspec.Struct):
    hits: list[_Sorted] = []


class _Listed(msgspec.Struct):
    hits: _Hits


class SearchIndexWriter:
    """Writes searches to the index. Belongs to one thread."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._bulk = Bulk(index.client)

    def write(self, searches: Mapping[str, Node | None], version: int) -> set[str]:
        """Put searches (None: remove) as the registry has them at a version, and refresh.

        Returns the keys of those that the server does not take, for whatever reason of its own.

        Raises:
            StoreUnavailable: not all could be written now; any number of them were.
        """
        writes = [self._write(key, root, version) for key, root in searches.items()]
        failed = self._bulk.send(writes)
        self._index.refresh()
        return {write.key for write in failed if write.result == "refused" and write.action == "index"}

    def mark(self, version: int) -> None:
        """Put the sentinel: whoever finds it knows that somebody wrote all searches."""
        write = Write("index", self._index.name, SENTINEL, encode(sentinel()), version=version)
        self._bulk.send([write])
        self._index.refresh()
        if write.result == "refused":
            raise StoreUnavailable(f"Elasticsearch does not take standing searches: {write.reason}")

    def orphans(self, known: Iterable[str]) -> set[str]:
        """Return the keys in the index that are none of those known."""
        held = {SENTINEL, *known}
        self._index.refresh()
        return {key for key in self._keys() if key not in held}

    def _keys(self) -> Iterator[str]:
        after = ""
        while True:
            asked = {"size": _PAGE, "_source": False, "sort": [{"key": "asc"}], "search_after": [after]}
            found = self._index.client.request(
                "POST", path_to(self._index.name, "_search"), asked, into=_Listed
            ).hits.hits
            yield from (hit.id for hit in found)
            if len(found) < _PAGE:
                return
            after = found[-1].id

    def _write(self, key: str, root: Node | None, version: int) -> Write:
        name = self._index.name
        if root is None:
            return Write("delete", name, key, version=version)
        return Write("index", name, key, encode(body_of(key, root)), version=version)
