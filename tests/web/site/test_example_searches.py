"""Example searches are made of stored posts, and counted once a minute at most."""

from __future__ import annotations

from typing import Any

from pipeline.errors import StoreUnavailable
from pipeline.post import Author, Post, Upsert
from pipeline.store.contract import Writes
from pipeline.store.memory import MemoryStore
from web.site.example_searches import FALLBACKS, ExampleSearches
from web.store_pool import StorePool


class CountingPool(StorePool):
    """A store pool that counts its reads, and can be away."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(lambda: store)
        self.store = store
        self.reads = 0
        self.away = False

    def read(self, work: Any, **_values: Any) -> Any:
        """Count the read, then do it or fail."""
        self.reads += 1
        if self.away:
            raise StoreUnavailable("away")
        with self.store.reading() as reading:
            return work(reading)


def stocked() -> MemoryStore:
    store = MemoryStore()
    posts = [
        Post(
            id=f"x:{number}",
            version=1,
            source="x",
            url="",
            created_at=number,
            received_at=number,
            author=Author(id="ann", handle="ann", name="Ann"),
            text="otters swim rivers #river",
            hashtags=["river"],
        )
        for number in range(1, 9)
    ]
    store.persist(Writes(upserts=[Upsert(post) for post in posts]), 1)
    return store


def test_a_hundred_opened_pages_cost_one_count_of_words() -> None:
    readings = CountingPool(stocked())
    examples = ExampleSearches(readings)
    found = examples.pick()
    assert found[0] == "#river"
    assert len(found) == 3
    assert all(examples.pick() == found for _ in range(100))
    assert readings.reads == 1


def test_a_small_or_absent_store_gives_fixed_examples() -> None:
    assert ExampleSearches(CountingPool(MemoryStore())).pick() == list(FALLBACKS)
    away = CountingPool(stocked())
    away.away = True
    assert ExampleSearches(away).pick() == list(FALLBACKS)
