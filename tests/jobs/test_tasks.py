"""A message that a task can neither finish nor send again stays with the broker."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from celery.exceptions import Reject

from pipeline.errors import BrokerUnavailable, RowRefused, StoreUnavailable
from pipeline.jobs import tasks
from pipeline.queue.task_queue import CoverageUpdate


class Away:
    """An upkeep whose store raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    @property
    def coverage(self) -> Away:
        return self

    def write(self, _: CoverageUpdate) -> NoReturn:
        raise self.error


def cover(monkeypatch: pytest.MonkeyPatch, store: Exception, broker: Exception | None) -> list[CoverageUpdate]:
    """Let the task write a row to a store that raises; return what was sent again."""
    sent: list[CoverageUpdate] = []

    def send(row: CoverageUpdate) -> None:
        if broker is not None:
            raise broker
        sent.append(row)

    monkeypatch.setattr(tasks, "_upkeep", lambda: Away(store))
    monkeypatch.setattr(tasks, "_cover", send)
    monkeypatch.setattr(tasks, "OUTAGE_WAIT_S", 0.0)
    task: Any = tasks.cover
    task.run("demo", 1, None, "*", "")
    return sent


def test_a_coverage_row_waits_for_the_store_at_the_end_of_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [row.source for row in cover(monkeypatch, StoreUnavailable("away"), None)] == ["demo"]


def test_a_row_that_cannot_be_sent_again_stays_with_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Reject) as caught:
        cover(monkeypatch, StoreUnavailable("away"), BrokerUnavailable("away too"))
    assert caught.value.requeue


def test_a_row_that_the_store_refuses_for_good_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cover(monkeypatch, RowRefused("no"), None) == []


def test_a_batch_that_no_worker_can_begin_is_put_back_or_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> NoReturn:
        raise BrokerUnavailable("away")

    def enqueue(_: str) -> NoReturn:
        raise BrokerUnavailable("away too")

    monkeypatch.setattr(tasks, "_runner", broken)
    monkeypatch.setattr(tasks, "enqueue", enqueue)
    monkeypatch.setattr(tasks, "OUTAGE_WAIT_S", 0.0)
    task: Any = tasks.ingest
    with pytest.raises(Reject) as caught:
        task.run("b1")
    assert caught.value.requeue
