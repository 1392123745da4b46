"""A batch that broke off at any write is completed by its redelivery."""

from __future__ import annotations

from itertools import count
from typing import Any

import msgspec
import pytest

from pipeline.post import Deletion, Upsert
from pipeline.store.contract import Store, Writes
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.cluster.client import ElasticClient
from tests.store.builders import T0, ids, post, put, search
from tests.store.elastic.stores import borrowed_store

pytestmark = pytest.mark.elasticsearch


class Broken(ElasticClient):
    """A client that breaks off before or after its n-th bulk request, as a killed worker does."""

    def __init__(self, client: ElasticClient, writes: int, *, answered: bool) -> None:
        self._inner = client
        self._left = writes
        self._answered = answered

    def request(self, method: str, path: str, *given: Any, **options: Any) -> Any:
        if path == "/_bulk":
            self._left -= 1
            if self._left < 0:
                if self._answered:
                    self._inner.request(method, path, *given, **options)
                raise KeyboardInterrupt
        return self._inner.request(method, path, *given, **options)


_WORDS = ("cats", "dogs", "birds", "new", "late", "*")


@pytest.mark.parametrize("answered", [False, True])
def test_batch_that_broke_off_anywhere_is_made_good_by_its_redelivery(elasticsearch: str, answered: bool) -> None:
    def history(store: Store, break_at: int | None) -> list[object]:
        put(store, 1, post(1, "cats"), post(2, repost_of="x:1"), post(3, "dogs"), post(4, repost_of="x:3"))
        put(store, 2, post(7, repost_of="x:8"))

        def last() -> Any:
            batch = [post(1, "birds", version=T0 + 10**6), post(5, "new"), post(6, repost_of="x:5"), post(8, "late")]
            return store.persist(Writes([Upsert(one, b"{}") for one in batch], [Deletion("x:3", T0)]), 3)

        if break_at is not None:
            assert isinstance(store, ElasticStore)
            whole = store._client
            store._persister._writer._bulk._client = Broken(whole, break_at, answered=answered)
            try:
                last()
                return ["it did not break"]
            except KeyboardInterrupt:
                store._persister._writer._bulk._client = whole
        done = last()
        with store.reading() as reading:
            posts = {
                one["id"]: (one["text"], one["changed"], one.get("original", {}).get("text"))
                for one in map(msgspec.json.decode, reading.export(search("*")))
            }
            words = {text: sorted(ids(reading.search(search(text), limit=99).bodies)) for text in _WORDS}
            stones = sorted(reading.changes(search("*"), after=2, removed_after=2, limit=99).tombstones)
        assert "x:3" in done.tombstoned
        return [posts, words, stones, sorted(entry.post.id for entry in done.entries), store.indexed()]

    with borrowed_store(elasticsearch) as store:
        wanted = history(store, None)
    for break_at in count():
        with borrowed_store(elasticsearch) as store:
            found = history(store, break_at)
        if found == ["it did not break"]:
            assert break_at >= 3
            return
        assert found == wanted, f"broken off at write {break_at}"
