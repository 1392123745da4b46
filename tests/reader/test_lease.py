"""One reader at a time reads a source: standby, loss of the lease, release at the end, enqueuing after an outage."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable
from pipeline.queue.batch import RawRecord
from pipeline.queue.task_queue import CoverageUpdate
from pipeline.reader.spool import Spool
from pipeline.sources.contract import Chunk, SourceContext
from tests.reader.running_reader import RunningReader, chunk_of, living

pytestmark = pytest.mark.redis


def test_a_standby_takes_over_inside_its_task(redis_client: Redis, names: Names) -> None:
    def trickle(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        number = int(cursor or 0)
        while not context.wait(0.02):
            number += 1
            yield chunk_of(number)

    with RunningReader(redis_client, names, trickle) as active:
        active.until(lambda: len(active.enqueued) > 3)
        with RunningReader(redis_client, names, trickle) as standby:
            time.sleep(0.3)
            assert standby.source.opened == []
            active.__exit__()
            standby.until(lambda: len(standby.enqueued) > 3)
            numbers = [int(one) for one in [*active.records(), *standby.records()]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_reader_that_finds_another_in_its_place_enqueues_nothing(redis_client: Redis, names: Names) -> None:
    go = threading.Event()

    def stalled(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield chunk_of(1)
        go.wait(10)
        yield chunk_of(2)

    with RunningReader(redis_client, names, stalled) as running:
        running.until(lambda: running.enqueued)
        redis_client.set(names.reader("demo"), "another", px=60_000)
        go.set()
        running.until(lambda: running.counters.value("leases_lost"))
        assert running.records() == [b"1"]
        assert redis_client.get(names.cursor("demo")) == b"1"


def test_batches_of_a_source_without_a_cursor_are_enqueued_again_after_an_outage(
    redis_client: Redis, names: Names
) -> None:
    """A source that cannot be read again must not depend on the broker's last writes."""
    go = threading.Event()

    def live(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield Chunk([RawRecord(1, b"first")])
        go.wait(10)
        yield Chunk([RawRecord(1, b"second")])

    with RunningReader(redis_client, names, live) as running:
        running.until(lambda: running.enqueued)
        redis_client.flushall()  # the broker restarted without its last writes
        leases: Any = running.leases
        enqueue_fenced, failures = leases.enqueue_fenced, iter([True])

        def failing_once(*arguments: Any) -> Any:
            if next(failures, False):
                raise BrokerUnavailable("restarted")
            return enqueue_fenced(*arguments)

        leases.enqueue_fenced = failing_once
        go.set()
        running.until(lambda: running.state() == "ended")
        assert set(running.records()) == {b"first", b"second"}


def test_lease_and_spool_are_released_however_a_reader_ends(redis_client: Redis, names: Names, tmp_path: Path) -> None:
    def fails(_: CoverageUpdate) -> None:
        raise ZeroDivisionError("a bug")

    path = tmp_path / "spool"
    with RunningReader(redis_client, names, living, cover=fails, open_spool=lambda: Spool(path, 10**6)) as running:
        running.until(lambda: not running.thread.is_alive())
    assert [str(error) for error in running.raised] == ["a bug"]
    assert not running.leases.is_held("demo")
    Spool(path, 10**6).close()
