"""Counters of all processes are summed, found without a scan of Redis, and end with their process."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

from pipeline.broker.counters import Counters, by_process, totals
from pipeline.broker.keys import Names

pytestmark = pytest.mark.redis


def test_counters_of_all_processes_are_summed_and_end_with_them(redis_client: Redis, names: Names) -> None:
    for amount in (2, 3):
        counters = Counters(redis_client, names, "worker")
        counters.add("posts_accepted", amount)
        counters.observe_latency(15, 10)
        counters.flush()
        assert 0 < int(redis_client.ttl(names.counters(counters.process))) <= 60
    assert totals(redis_client, names)["posts_accepted"] == 5
    assert totals(redis_client, names)["latency_ms_le_20"] == 20


def test_counters_are_found_by_name_and_not_among_all_that_lies_in_redis(redis_client: Redis, names: Names) -> None:
    one, other = Counters(redis_client, names, "one"), Counters(redis_client, names, "other")
    for counters in (one, other):
        counters.add("posts_accepted", 2)
        counters.flush()
    redis_client.mset({f"somebody-else:{n}": "x" for n in range(2_000)})
    before: Any = redis_client.info("commandstats")
    assert totals(redis_client, names) == {"posts_accepted": 4}
    after: Any = redis_client.info("commandstats")
    called = {name for name, stat in after.items() if stat["calls"] > before.get(name, {"calls": 0})["calls"]}
    assert called <= {"cmdstat_zrange", "cmdstat_hgetall", "cmdstat_info"}


def test_a_process_that_died_is_forgotten_by_the_next_that_counts(redis_client: Redis, names: Names) -> None:
    dead, living = Counters(redis_client, names, "dead"), Counters(redis_client, names, "living")
    for counters in (dead, living):
        counters.add("posts_accepted")
        counters.flush()
    redis_client.delete(names.counters(dead.process))
    assert set(by_process(redis_client, names)) == {living.process}
    redis_client.zadd(names.processes, {dead.process: 1})
    living.flush()
    assert redis_client.zrange(names.processes, 0, -1) == [living.process.encode()]
