"""Cost in SQLite: steps of its machine, counted and not timed, stay bounded in every crowd."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest

from pipeline.errors import QueryTimeout
from pipeline.post import Deletion
from pipeline.store import sort_key
from pipeline.store.contract import Writes
from pipeline.store.sqlite import SqliteStore
from pipeline.store.sqlite.connection import rows
from pipeline.store.sqlite.periodic import repost_reach as reach
from tests.store.builders import T0, now_found, post, put, search


def test_change_of_counts_never_touches_the_index(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats", likes=1))
    before = list(rows(store._connection, "SELECT id, block FROM fts_data"))
    put(store, 2, post(1, "cats", likes=2, version=T0 + 10**6))
    assert list(rows(store._connection, "SELECT id, block FROM fts_data")) == before


def test_search_that_reads_much_in_few_steps_is_stopped(store: SqliteStore) -> None:
    put(store, 1, *(post(number, "alpha zz beta yy " * 400) for number in range(40)))
    wanted = search(f'"{"alpha zz beta beta " * 40}"')
    with store.reading(timeout_s=60) as reading:
        assert reading.count(wanted) == 0
    with store.reading(timeout_s=0.0) as reading, pytest.raises(QueryTimeout, match="stopped after 0 s"):
        reading.count(wanted)


def steps_of(store: SqliteStore, do: Callable[[], object]) -> int:
    """Return the hundreds of steps that SQLite's machine takes in the writer's connection."""
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    store._connection.set_progress_handler(count, 100)
    do()
    store._connection.set_progress_handler(None)
    return steps


def test_post_of_a_crowded_millisecond_takes_as_many_steps_as_one_alone(store: SqliteStore) -> None:
    for start in range(0, 3_000, 500):
        put(store, 1, *(post(n, "cats", created_at=T0) for n in range(start, start + 500)))
    # A stranger chooses ids, so some of these share the first 20 bits of their hash with a stored one.
    begun = {sort_key.digest(f"x:{n}").hex()[:5] for n in range(3_000)}
    alike = (n for n in range(20_000, 10**6) if sort_key.digest(f"x:{n}").hex()[:5] in begun)
    batch = [*islice(alike, 3), *range(10**6, 10**6 + 97)]
    alone = steps_of(store, lambda: put(store, 2, *(post(n + 10**6, "cats") for n in batch)))
    crowded = steps_of(store, lambda: put(store, 3, *(post(n, "cats", created_at=T0) for n in batch)))
    assert crowded <= alone + 10
    assert now_found(store, "cats", until=T0 + 1)[:100] == [f"x:{n}" for n in reversed(batch)]


def test_edit_and_deletion_of_a_viral_post_take_as_many_steps_as_any(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats"), post(2, "dogs"))
    for start in range(1_000, 4_000, 500):
        put(store, 2, *(post(n, repost_of="x:1") for n in range(start, start + 500)))
    put(store, 3, *(post(n, repost_of="x:2") for n in range(5_000, 5_300)))
    few = steps_of(store, lambda: put(store, 4, post(2, "dogs edited", version=T0 + 10**8)))
    many = steps_of(store, lambda: put(store, 4, post(1, "cats edited", version=T0 + 10**8)))
    assert many <= few * 1.2
    few = steps_of(store, lambda: store.persist(Writes(deletions=[Deletion("x:2", T0)]), 5))
    many = steps_of(store, lambda: store.persist(Writes(deletions=[Deletion("x:1", T0)]), 5))
    assert many <= few * 1.2


def test_reach_is_computed_a_bounded_time_a_round_and_every_post_has_its_turn(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "COMPUTING_S", 0.0)
    put(store, 1, *(post(n, "cats", followers=1) for n in range(8)))
    put(store, 2, *(post(n + 10, repost_of=f"x:{n}", handle="ann", followers=100) for n in range(8)))
    reached = []
    for round_ in range(24):
        put(store, 3, post(100 + round_, repost_of="x:3", handle=f"h{round_}", followers=1))  # stale at each round
        store.maintain()
        reached.append(len(list(rows(store._connection, "SELECT 1 FROM posts WHERE reach > 100"))))
    assert reached[0] == 1
    assert reached[-1] == 8
