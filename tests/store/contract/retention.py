"""Pruning by age and by size."""

from __future__ import annotations

import random

from pipeline.post import Upsert
from pipeline.store.contract import Store, Writes
from tests.store.builders import T0, now_found, post, put


class RetentionContract:
    def test_pruning_by_age_takes_the_old_ones_only(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats") for number in range(10)))
        assert store.prune(before_ms=T0 + 4_000, max_bytes=None) == 4
        assert now_found(store, "cats") == [f"x:{number}" for number in reversed(range(4, 10))]
        assert store.prune(before_ms=T0 + 4_000, max_bytes=None) == 0

    def test_pruning_by_size_takes_the_oldest(self, store: Store) -> None:
        rng = random.Random(2)
        for batch in range(10):
            posts = [post(batch * 300 + n, "some words") for n in range(300)]
            store.persist(Writes([Upsert(one, rng.randbytes(3_000)) for one in posts]), batch + 1)
        assert store.prune(before_ms=None, max_bytes=10**9) == 0
        removed = store.prune(before_ms=None, max_bytes=6_000_000)
        assert 0 < removed < 3_000
        kept = now_found(store, "*")
        assert kept == [f"x:{number}" for number in reversed(range(removed, 3_000))]
