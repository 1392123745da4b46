"""Deck records in Elasticsearch: a document of the index `state` for each part of a deck, replaced by its key.

A write names the numbers of the document that it replaces, so that of two writers one is refused. Reading by key is in
real time; a list is read after a refresh. The JSON of a part is a string of its document, so that nothing in it
becomes a field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from pipeline.errors import RowRefused, StoreUnavailable
from pipeline.store.contract import DeckPart, DeckRecord
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.json_codec import decode, encode
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.index_names import IndexNames

_READ_AT_ONCE = 50


class _Source(msgspec.Struct):
    id: str
    data: str
    kind: str


class ElasticDecks:
    """Keeps `contract.DeckRecords`. Belongs to one thread at a time."""

    def __init__(self, client: ElasticClient, names: IndexNames, refresh: Callable[[], None]) -> None:
        self._client = client
        self._state = names.state
        self._refresh = refresh
        self._bulk = Bulk(client)

    def get(self, deck: str, part: DeckPart) -> DeckRecord | None:
        """Return a part of a deck, None if there is none."""
        (got,) = get_many(self._client, [(self._state, _key(deck, part))])
        if not got.found:
            return None
        return DeckRecord(deck, part, decode(got.source, _Source).data.encode(), _stamp(got.seq_no, got.term))

    def all(self, part: DeckPart) -> Iterator[DeckRecord]:
        """Yield this part of every deck that has it, ordered by the decks' ids."""
        self._refresh()
        body = {
            "query": {"bool": {"filter": [{"term": {"kind": _kind(part)}}]}},
            "sort": [{"id": "asc"}],
            "size": _READ_AT_ONCE,
            "seq_no_primary_term": True,
        }
        path = path_to(self._state, "_search")
        while True:
            hits = self._client.request("POST", path, body, into=Found[Hit[_Source]]).hits.hits
            for hit in hits:
                yield DeckRecord(hit.source.id, part, hit.source.data.encode(), _stamp(hit.seq_no, hit.term))
            if len(hits) < _READ_AT_ONCE:
                return
            body["search_after"] = hits[-1].sort

    def put(self, deck: str, part: DeckPart, data: bytes, stamp: str | None) -> bool:
        """Write a part over the state `stamp`; see `DeckRecords.put`."""
        source = encode(_Source(deck, data.decode(), _kind(part)))
        if stamp is None:
            return self._done(Write("create", self._state, _key(deck, part), source))
        seq_no, term = map(int, stamp.split(":"))
        return self._done(Write("index", self._state, _key(deck, part), source, seq_no, term))

    def remove(self, deck: str, part: DeckPart, stamp: str | None = None) -> bool:
        """Remove a part in the state `stamp`; see `DeckRecords.remove`."""
        numbers = map(int, stamp.split(":")) if stamp is not None else ()
        return self._done(Write("delete", self._state, _key(deck, part), b"", *numbers)) or stamp is None

    def _done(self, write: Write) -> bool:
        for failed in self._bulk.send([write]):
            if failed.result == "refused":
                raise RowRefused(f"Elasticsearch cannot hold the deck: {failed.reason}")
            if failed.result not in ("conflict", "absent"):
                raise StoreUnavailable(f"Elasticsearch cannot write the deck now: {failed.reason}")
            return False
        return True


def _key(deck: str, part: DeckPart) -> str:
    return f"d:{part}:{deck}"


def _kind(part: DeckPart) -> str:
    return f"deck-{part}"


def _stamp(seq_no: int, term: int) -> str:
    return f"{seq_no}:{term}"
