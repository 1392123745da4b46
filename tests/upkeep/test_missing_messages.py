"""Readers are requested and open batches enqueued where no message is on its way, and only there."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable
from tests.upkeep.upkeep_parts import UpkeepParts

pytestmark = pytest.mark.redis


def test_a_reader_is_requested_only_where_none_holds_the_lease(parts: UpkeepParts) -> None:
    assert parts.leases.acquire("demo") is not None
    parts.upkeep().messages.request_readers()
    parts.upkeep().messages.request_readers()
    assert parts.requested == ["replay"]


def test_lost_messages_are_sent_again_but_a_long_queue_is_not(
    parts: UpkeepParts, redis_client: Redis, names: Names
) -> None:
    parts.claims.offer("b1", b"raw")
    redis_client.zadd(names.open, {"b1": 1})
    parts.queued = 1
    assert parts.upkeep().messages.enqueue_lost() == 0
    parts.queued = 0
    assert parts.upkeep().messages.enqueue_lost() == 1
    assert parts.enqueued == ["b1"]


def test_a_postponed_batch_is_enqueued_when_its_time_has_come_and_counts_as_no_lost_one(
    parts: UpkeepParts, redis_client: Redis, names: Names
) -> None:
    claims = parts.claims
    claims.offer("b1", b"raw")
    claims.postpone("b1", 1_000)
    redis_client.zadd(names.open, {"b1": 1})
    upkeep = parts.upkeep()
    upkeep.messages.enqueue_offered()
    assert (upkeep.messages.enqueue_lost(), parts.enqueued) == (0, [])
    claims.postpone("b1", 0)
    upkeep.messages.enqueue_offered()
    upkeep.messages.enqueue_offered()
    assert parts.enqueued == ["b1"]
    assert claims.postponed() == 0


def test_a_postponed_batch_that_cannot_be_enqueued_stays_postponed(parts: UpkeepParts) -> None:
    def refused(_: str) -> None:
        raise BrokerUnavailable("Celery's broker is away")

    parts.claims.offer("b1", b"raw")
    parts.claims.postpone("b1", 0)
    parts.upkeep(queue=parts.task_queue(enqueue=refused)).tick()
    assert parts.claims.postponed() == 1
