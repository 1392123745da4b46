"""The texts of the standing searches, followed by differences."""

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
    standing = SearchTextReplica(registry)
    assert standing.texts() == ()
    registry.register({"b": "rain"})
    assert standing.texts() == ("rain",)
    registry.register({"c": "snow", "a": "fog", "b": "rain"})
    assert standing.texts() == ("rain", "fog", "snow")
    redis_client.zadd(names.searches_lease, {"b": 1})
    registry.expire()
    assert standing.texts() == ("fog", "snow")
    assert SearchTextReplica(registry).texts() == ("fog", "snow")


def test_one_that_fell_behind_reads_all_anew(redis_client: Redis, names: Names) -> None:
    registry = Registry(redis_client, names)
    standing = SearchTextReplica(registry)
    registry.register({"a": "fog", "b": "rain"})
    assert standing.texts() == ("fog", "rain")
    redis_client.zadd(names.searches_lease, {"a": 1})
    registry.expire()
    redis_client.delete(names.searches_changed)
    redis_client.set(names.searches_floor, registry.version() + 1)
    registry.register({"c": "snow"})
    assert standing.texts() == ("rain", "snow")
