"""Deleted posts leave the dead letters and the file of the embedded broker."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.queue.dead_letters import DeadLetter
from tests.upkeep.upkeep_parts import UpkeepParts

pytestmark = pytest.mark.redis


def test_a_deleted_post_leaves_the_dead_letters(parts: UpkeepParts) -> None:
    parts.dead.add([DeadLetter("x", "", 1, b'{"id":4711}', "no")])
    parts.order.commit(parts.order.begin("b", 1), [], [], tombstones=["x:4711"])
    parts.upkeep().traces.purge()
    assert parts.dead.size().letters == 0


@pytest.mark.parametrize("embedded", [True, False])
def test_only_the_embedded_broker_rewrites_its_file(
    parts: UpkeepParts, redis_client: Redis, names: Names, embedded: bool
) -> None:
    parts.order.commit(parts.order.begin("b", 1), [], [], tombstones=["x:4711"])
    before: Any = redis_client.info("commandstats")
    parts.upkeep(embedded=embedded).traces.purge()
    after: Any = redis_client.info("commandstats")
    calls = [notice.get("cmdstat_bgrewriteaof", {"calls": 0})["calls"] for notice in (before, after)]
    assert calls[1] - calls[0] == int(embedded)
