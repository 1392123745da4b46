"""Deleted posts leave the dead letters and the file of the embedded broker."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.queue.dead_letters import DeadLetter
from tests.upkeep.board import Board

pytestmark = pytest.mark.redis


def test_a_deleted_post_leaves_the_dead_letters(board: Board) -> None:
    board.dead.add([DeadLetter("x", "", 1, b'{"id":4711}', "no")])
    board.order.commit(board.order.begin("b", 1), [], [], tombstones=["x:4711"])
    board.upkeep().traces.purge()
    assert board.dead.size().letters == 0


@pytest.mark.parametrize("embedded", [True, False])
def test_only_the_embedded_broker_rewrites_its_file(
    board: Board, redis_client: Redis, names: Names, embedded: bool
) -> None:
    board.order.commit(board.order.begin("b", 1), [], [], tombstones=["x:4711"])
    before: Any = redis_client.info("commandstats")
    board.upkeep(embedded=embedded).traces.purge()
    after: Any = redis_client.info("commandstats")
    calls = [told.get("cmdstat_bgrewriteaof", {"calls": 0})["calls"] for told in (before, after)]
    assert calls[1] - calls[0] == int(embedded)
