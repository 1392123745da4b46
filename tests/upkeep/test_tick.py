"""A tick a second of all upkeep processes together, also while the store or Celery's broker is away."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import BrokerUnavailable, StoreUnavailable
from pipeline.post import Author, Post, Upsert
from pipeline.store.contract import Writes
from pipeline.store.memory import MemoryStore
from pipeline.upkeep.periodic_duties import Upkeep
from tests.upkeep.upkeep_parts import UpkeepParts

pytestmark = pytest.mark.redis


class _Away(MemoryStore):
    def indexed(self) -> int:
        raise StoreUnavailable("the disk is full")


def _ticked(parts: UpkeepParts, upkeep: Upkeep) -> dict[str, Any]:
    parts.redis.delete(parts.names.duty("tick"))
    parts.received()
    upkeep.tick()
    return next(notice for notice in parts.received() if notice["type"] == "tick")


def test_two_upkeeps_tick_once_a_second(parts: UpkeepParts) -> None:
    one, other = parts.upkeep(), parts.upkeep()
    one.tick()
    other.tick()
    (tick,) = parts.received()
    assert tick["type"] == "tick"
    assert [(source["name"], source["state"]) for source in tick["sources"]] == [("demo", "down"), ("replay", "down")]


def test_a_tick_is_announced_although_no_message_can_be_sent(parts: UpkeepParts) -> None:
    def refused(_: str) -> None:
        raise BrokerUnavailable("Celery's broker is away")

    parts.claims.offer("b1", b"raw", announced=False)
    parts.upkeep(queue=parts.task_queue(request_reader=refused, enqueue=refused)).tick()
    assert [notice["type"] for notice in parts.received()] == ["tick"]


def test_ticks_go_on_while_the_store_is_away_and_report_it(parts: UpkeepParts) -> None:
    upkeep = parts.upkeep()
    parts.store.persist(
        Writes([Upsert(Post(id="x:1", version=1, source="x", created_at=1, received_at=1, author=Author("1", "a")))]), 1
    )
    upkeep.tick()
    there, parts.store = parts.store, _Away()
    ticks = [_ticked(parts, upkeep) for _ in range(2)]
    assert [tick["indexed"] for tick in ticks] == [1, 1]
    assert {tick["outage"]["why"] for tick in ticks} == {"the disk is full"}
    assert ticks[0]["outage"]["since"] == ticks[1]["outage"]["since"], "it is one outage"
    parts.store = there
    assert _ticked(parts, upkeep)["outage"] is None
