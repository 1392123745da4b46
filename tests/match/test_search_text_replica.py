"""The replica of the search texts follows the registry by differences."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.match.search_registry import Registry
from pipeline.match.search_text_replica import SearchTextReplica

pytestmark = pytest.mark.redis


def test_searches_come_in_the_order_in_which_they_were_seen_and_go_with_their_lease(
    redis_client: Redis, names: Names
) -> None:
    registry = Registry(redis_client, names)
    replica = SearchTextReplica(registry)
    assert replica.texts() == ()
    registry.register({"b": "rain"})
    assert replica.texts() == ("rain",)
    registry.register({"c": "snow", "a": "fog", "b": "rain"})
    assert replica.texts() == ("rain", "fog", "snow")
    redis_client.zadd(names.searches_lease, {"b": 1})
    registry.expire()
    assert replica.texts() == ("fog", "snow")
    assert SearchTextReplica(registry).texts() == ("fog", "snow")


def test_a_replica_that_fell_behind_reads_the_whole_registry(redis_client: Redis, names: Names) -> None:
    registry = Registry(redis_client, names)
    replica = SearchTextReplica(registry)
    registry.register({"a": "fog", "b": "rain"})
    assert replica.texts() == ("fog", "rain")
    redis_client.zadd(names.searches_lease, {"a": 1})
    registry.expire()
    redis_client.delete(names.searches_changed)
    redis_client.set(names.searches_floor, registry.version() + 1)
    registry.register({"c": "snow"})
    assert replica.texts() == ("rain", "snow")
