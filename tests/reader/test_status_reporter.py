"""A reader keeps reporting its status and its coverage while it is busy, while it waits, and through outages."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable
from pipeline.queue.task_queue import CoverageUpdate
from pipeline.sources.contract import CAUGHT_UP, Chunk, SourceContext
from pipeline.store.contract import COLLECTED_LATER
from tests.reader.running_reader import RunningReader, chunk_of, counting, living

pytestmark = pytest.mark.redis


def test_a_busy_source_is_not_taken_for_one_that_is_down(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.reader.status_reporter.RENEW_STATUS_S", 0.1)

    def torrent(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        context.report("live")
        number = 0
        while not context.stopped():
            number += 1
            yield chunk_of(number)

    with RunningReader(redis_client, names, torrent) as running:
        running.until(lambda: running.state() == "live")
        redis_client.delete(names.source_state("demo"))
        running.until(lambda: running.state() == "live")


def test_a_source_that_waits_for_a_full_queue_keeps_reporting_it(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.reader.status_reporter.RENEW_STATUS_S", 0.1)
    with RunningReader(redis_client, names, counting, high_water_bytes=1) as running:
        running.until(lambda: running.state() == "paused")
        redis_client.delete(names.source_state("demo"))
        running.until(lambda: running.state() == "paused")


def test_coverage_rows_wait_for_a_broker_that_refuses_them_and_reading_goes_on(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.reader.status_reporter.RENEW_STATUS_S", 0.05)
    monkeypatch.setattr("pipeline.reader.reader_context.REPEAT_STATUS_S", 0.05)
    rows: list[CoverageUpdate] = []
    refused: list[CoverageUpdate] = []
    answers = threading.Event()

    def cover(row: CoverageUpdate) -> None:
        if not answers.is_set():
            refused.append(row)
            raise BrokerUnavailable("refused")
        rows.append(row)

    def play(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield from living(cursor, context) if cursor else iter([chunk_of(1)])
        if not cursor:
            context.report("live")
            context.gap(1, 2, "cursor too old")
            context.gap(2, 3, CAUGHT_UP + "a server was away")
            raise OSError("connection lost")

    with RunningReader(redis_client, names, play, cover=cover) as running:
        running.until(lambda: len(refused) > 2 and len(running.enqueued) > 3)
        assert rows == []
        answers.set()
        running.until(lambda: len(rows) >= 5)
        whys = ["", "cursor too old", COLLECTED_LATER + "a server was away", "connection lost", ""]
        assert [row.why for row in rows[:5]] == whys
        assert rows[0] == refused[0], "the row begins when reading began, not when the broker answered"
    assert running.raised == []
