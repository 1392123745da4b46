"""The search registry on a real Valkey."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.match import search_registry as registry_module
from pipeline.match.search_registry import Registry

pytestmark = pytest.mark.redis


@pytest.fixture
def registry(redis_client: Redis, names: Names) -> Registry:
    return Registry(redis_client, names)


def _lapse(redis: Redis, names: Names, key: str) -> None:
    redis.zadd(names.searches_lease, {key: 1})


def test_a_worker_sees_each_change_once(registry: Registry) -> None:
    registry.register({"k1": "cats", "k2": "dogs"})
    first = registry.changes(0)
    assert (first.added, first.removed, first.whole) == ({"k1": "cats", "k2": "dogs"}, set(), True)
    assert registry.changes(first.version).added == {}
    registry.register({"k3": "birds"})
    second = registry.changes(first.version)
    assert (second.added, second.removed, second.whole) == ({"k3": "birds"}, set(), False)
    assert registry.version() == second.version


def test_renewing_changes_nothing(registry: Registry) -> None:
    assert registry.register({"k1": "cats"}) == {"k1"}
    version = registry.version()
    assert registry.register({"k1": "cats"}) == set()
    assert registry.version() == version


def test_a_lapsed_registration_counts_as_new(registry: Registry, redis_client: Redis, names: Names) -> None:
    registry.register({"k1": "cats", "k2": "dogs"})
    _lapse(redis_client, names, "k1")
    assert registry.register({"k1": "cats", "k2": "dogs"}) == {"k1"}


def test_a_search_that_nobody_renews_is_removed_and_workers_see_it(
    registry: Registry, redis_client: Redis, names: Names
) -> None:
    registry.register({"k1": "cats", "k2": "dogs"})
    version = registry.version()
    _lapse(redis_client, names, "k1")
    assert registry.expire() == 1
    changes = registry.changes(version)
    assert (changes.added, changes.removed) == ({}, {"k1"})
    assert registry.count() == 1


def test_two_texts_under_one_key_are_refused_and_nothing_is_registered(registry: Registry) -> None:
    registry.register({"k1": "cats"})
    with pytest.raises(ValueError, match="k1"):
        registry.register({"k0": "new", "k1": "dogs"})
    assert registry.changes(0).added == {"k1": "cats"}


def test_a_worker_that_is_far_behind_reads_the_whole(
    registry: Registry, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_module, "REMOVALS_KEPT", 5)
    registry.register({f"k{n}": "cats" for n in range(30)})
    version = registry.version()
    for n in range(20):
        _lapse(redis_client, names, f"k{n}")
    registry.expire()
    assert redis_client.zcard(names.searches_changed) <= 10 + 5
    changes = registry.changes(version)
    assert (changes.whole, set(changes.added)) == (True, {f"k{n}" for n in range(20, 30)})


def test_a_registry_that_was_lost_is_noticed(registry: Registry, redis_client: Redis, names: Names) -> None:
    registry.register({"k1": "cats"})
    version = registry.version()
    redis_client.flushall()
    registry.register({"k2": "dogs"})
    assert registry.changes(version).added == {"k2": "dogs"}


def test_a_hundred_thousand_searches_cost_one_change_one_row(registry: Registry) -> None:
    """Work, not time: after loading, a change brings one row and an unchanged registry none."""
    for start in range(0, 100_000, 10_000):
        registry.register({f"{n:016x}": f"word{n}" for n in range(start, start + 10_000)})
    whole = registry.changes(0)
    assert len(whole.added) == 100_000
    registry.register({"new": "cats"})
    assert registry.changes(whole.version).added == {"new": "cats"}
