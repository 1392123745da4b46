"""Writer of the percolator's index: writes and removes searches under the registry's version, and finds orphans.

Several workers write the same changes, some of them late. The version is the document's own (external versioning), so
that the later version wins, in whatever order requests arrive. Each call refreshes the index, and returns the searches
that the server refuses. Orphans are searches in the index that the caller does not know. `mark_complete` writes the
sentinel document, without which the index counts as created anew. A worker that is behind may miss a search that was
removed since: nobody watches it then, and a later watcher reads the store first (docs/design/delivery.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipeline.errors import StoreUnavailable
from pipeline.match.percolator.percolator_index import SearchIndex
from pipeline.match.percolator.search_document import SENTINEL, search_document, sentinel_document
from pipeline.query.tree import Node
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import path_to
from pipeline.store.elastic.cluster.json_codec import encode
from pipeline.store.elastic.cluster.search_answers import Found, KeyHit

_PAGE_SEARCHES = 5_000


class SearchIndexWriter:
    """Writes searches to the index. Belongs to one thread."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._bulk = Bulk(index.client)

    def write(self, searches: Mapping[str, Node | None], version: int) -> set[str]:
        """Write searches (None removes one) under a version of the registry, and refresh the index.

        Returns the keys of the searches that the server refuses.

        Raises:
            StoreUnavailable: not all searches could be written now; any number of them were.
        """
        writes = [self._write(key, root, version) for key, root in searches.items()]
        failed = self._bulk.send(writes)
        self._index.refresh()
        return {write.key for write in failed if write.result == "refused" and write.action == "index"}

    def mark_complete(self, version: int) -> None:
        """Write the sentinel, by which every worker sees that all searches were written.

        Raises:
            StoreUnavailable: the server does not take it.
        """
        write = Write("index", self._index.name, SENTINEL, encode(sentinel_document()), version=version)
        self._bulk.send([write])
        self._index.refresh()
        if write.result == "refused":
            raise StoreUnavailable(f"Elasticsearch does not take standing searches: {write.reason}")

    def orphans(self, known: Iterable[str]) -> set[str]:
        """Return the keys in the index that are not among the known ones."""
        kept = {SENTINEL, *known}
        self._index.refresh()
        return {key for key in self._keys() if key not in kept}

    def _keys(self) -> Iterator[str]:
        path = path_to(self._index.name, "_search")
        after = ""
        while True:
            body = {"size": _PAGE_SEARCHES, "_source": False, "sort": [{"key": "asc"}], "search_after": [after]}
            hits = self._index.client.request("POST", path, body, into=Found[KeyHit]).hits.hits
            yield from (hit.key for hit in hits)
            if len(hits) < _PAGE_SEARCHES:
                return
            after = hits[-1].key

    def _write(self, key: str, root: Node | None, version: int) -> Write:
        name = self._index.name
        if root is None:
            return Write("delete", name, key, version=version)
        return Write("index", name, key, encode(search_document(key, root)), version=version)
