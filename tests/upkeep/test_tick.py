"""A tick a second of all upkeep processes together, also while the store or Celery's broker is away."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import BrokerUnavailable, StoreUnavailable
from pipeline.post import Author, Post, Upsert
from pipeline.store.contract import Writes
from pipeline.store.memory import MemoryStore
from pipeline.upkeep.duties import Upkeep
from tests.upkeep.board import Board

pytestmark = pytest.mark.redis


class _Away(MemoryStore):
    def indexed(self) -> int:
        raise StoreUnavailable("the disk is full")


def _ticked(board: Board, upkeep: Upkeep) -> dict[str, Any]:
    board.redis.delete(board.names.duty("tick"))
    board.heard()
    upkeep.tick()
    return next(told for told in board.heard() if told["type"] == "tick")


def test_two_upkeeps_tick_once_a_second(board: Board) -> None:
    one, other = board.upkeep(), board.upkeep()
    one.tick()
    other.tick()
    (tick,) = board.heard()
    assert tick["type"] == "tick"
    assert [(source["name"], source["state"]) for source in tick["sources"]] == [("demo", "down"), ("replay", "down")]


def test_a_tick_is_announced_although_no_message_can_be_sent(board: Board) -> None:
    def refused(_: str) -> None:
        raise BrokerUnavailable("Celery's broker is away")

    board.claims.offer("b1", b"raw", announced=False)
    board.upkeep(queue=board.task_queue(request_reader=refused, enqueue=refused)).tick()
    assert [told["type"] for told in board.heard()] == ["tick"]


def test_ticks_go_on_while_the_store_is_away_and_say_so(board: Board) -> None:
    upkeep = board.upkeep()
    board.store.persist(
        Writes([Upsert(Post(id="x:1", version=1, source="x", created_at=1, received_at=1, author=Author("1", "a")))]), 1
    )
    upkeep.tick()
    there, board.store = board.store, _Away()
    ticks = [_ticked(board, upkeep) for _ in range(2)]
    assert [tick["indexed"] for tick in ticks] == [1, 1]
    assert {tick["outage"]["why"] for tick in ticks} == {"the disk is full"}
    assert ticks[0]["outage"]["since"] == ticks[1]["outage"]["since"], "it is one outage"
    board.store = there
    assert _ticked(board, upkeep)["outage"] is None
