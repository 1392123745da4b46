"""Readers are requested and open batches enqueued where no message is on its way, and only there."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable
from tests.upkeep.board import Board

pytestmark = pytest.mark.redis


def test_a_reader_is_asked_for_only_where_none_holds_the_lease(board: Board) -> None:
    assert board.leases.acquire("demo") is not None
    board.upkeep().messages.request_readers()
    board.upkeep().messages.request_readers()
    assert board.asked == ["replay"]


def test_lost_messages_are_sent_again_but_a_long_queue_is_not(board: Board, redis_client: Redis, names: Names) -> None:
    board.claims.offer("b1", b"raw")
    redis_client.zadd(names.open, {"b1": 1})
    board.queued = 1
    assert board.upkeep().messages.enqueue_lost() == 0
    board.queued = 0
    assert board.upkeep().messages.enqueue_lost() == 1
    assert board.enqueued == ["b1"]


def test_a_postponed_batch_is_enqueued_when_its_time_has_come_and_counts_as_no_lost_one(
    board: Board, redis_client: Redis, names: Names
) -> None:
    claims = board.claims
    claims.offer("b1", b"raw")
    claims.postpone("b1", 1_000)
    redis_client.zadd(names.open, {"b1": 1})
    upkeep = board.upkeep()
    upkeep.messages.enqueue_offered()
    assert (upkeep.messages.enqueue_lost(), board.enqueued) == (0, [])
    claims.postpone("b1", 0)
    upkeep.messages.enqueue_offered()
    upkeep.messages.enqueue_offered()
    assert board.enqueued == ["b1"]
    assert claims.postponed() == 0


def test_a_postponed_batch_that_cannot_be_enqueued_stays_postponed(board: Board) -> None:
    def refused(_: str) -> None:
        raise BrokerUnavailable("Celery's broker is away")

    board.claims.offer("b1", b"raw")
    board.claims.postpone("b1", 0)
    board.upkeep(queue=board.task_queue(enqueue=refused)).tick()
    assert board.claims.postponed() == 1
