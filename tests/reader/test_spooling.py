"""A reader of a source that cannot wait spools while the queue is full, and nothing is lost or reordered."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.batch import RawRecord, decode_batch
from pipeline.reader.spool import Spool, SpoolTaken
from pipeline.sources.contract import Chunk, SourceContext
from tests.reader.running_reader import Play, RunningReader

pytestmark = pytest.mark.redis


MB = 1024 * 1024


class SpoolingReader(RunningReader):
    """A reader of a source that cannot wait, with a spool."""

    def __init__(self, redis: Redis, names: Names, play: Play, path: Path, *, room: int = 64 * MB) -> None:
        super().__init__(redis, names, play, high_water_bytes=20_000, open_spool=lambda: Spool(path, room))
        self.done: list[bytes] = []
        self._taken = 0

    def work(self) -> None:
        """Commit the enqueued batches, as workers would."""
        order = PublicationOrder(self.redis, self.names)
        for batch_id in self.enqueued[self._taken :]:
            self._taken += 1
            self.done += self.records_of(batch_id)
            order.commit(order.begin(batch_id, 1), [], [])

    def records_of(self, batch_id: str) -> list[bytes]:
        claim = self.claims.take(batch_id)
        return [record.data for record in decode_batch(claim.data).records] if claim else []

    def spooled(self) -> int:
        return self.counters.value("records_spooled")

    def dropped(self) -> int:
        return self.counters.value("records_dropped")


def sending(sent: list[bytes], enough: Callable[[], bool]) -> Play:
    """Return a source that yields records until `enough`, and then empty chunks."""

    def play(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        while not context.stopped():
            if enough():
                context.wait(0.01)
                yield Chunk([])
                continue
            sent.append(b"%06d " % len(sent) + os.urandom(500))
            yield Chunk([RawRecord(1, sent[-1])], str(len(sent)))

    return play


def test_reader_goes_on_while_the_queue_is_full_and_all_comes_in_order(
    redis_client: Redis, names: Names, tmp_path: Path
) -> None:
    sent: list[bytes] = []
    with SpoolingReader(redis_client, names, sending(sent, lambda: len(sent) >= 2_000), tmp_path / "x") as running:
        running.until(lambda: len(sent) == 2_000)
        running.until(lambda: running.spooled() > 1_000)
        cursor = redis_client.get(names.cursor("demo"))
        assert cursor is not None
        assert int(cursor) < 1_000, "the cursor stays with the enqueued batches"
        assert running.leases.is_held("demo")

        def all_done() -> bool:
            running.work()
            return len(running.done) >= 2_000

        running.until(all_done)
        assert running.done == sent
        assert running.dropped() == 0
        assert running.counters.value("reader_pauses") == 0
        assert (tmp_path / "x").stat().st_size < 100


def test_spool_survives_the_reader_and_comes_before_new_records(
    redis_client: Redis, names: Names, tmp_path: Path
) -> None:
    sent: list[bytes] = []
    with SpoolingReader(redis_client, names, sending(sent, lambda: len(sent) >= 2_000), tmp_path / "x") as first:
        first.until(lambda: len(sent) == 2_000 and first.spooled() > 100)
    first.work()
    with SpoolingReader(redis_client, names, sending(sent, lambda: len(sent) >= 2_100), tmp_path / "x") as second:

        def all_done() -> bool:
            second.work()
            return len(first.done) + len(second.done) >= 2_100

        second.until(all_done)
    assert first.done + second.done == sent


def test_reader_that_lost_its_lease_still_enqueues_its_spool(redis_client: Redis, names: Names, tmp_path: Path) -> None:
    sent: list[bytes] = []
    with SpoolingReader(redis_client, names, sending(sent, lambda: len(sent) >= 2_000), tmp_path / "x") as running:
        running.until(lambda: len(sent) == 2_000 and running.spooled() > 100)
        redis_client.set(names.reader("demo"), "another", px=60_000)
        redis_client.set(names.cursor("demo"), "777")
        running.until(lambda: running.counters.value("leases_lost"))

        def all_done() -> bool:
            running.work()
            return len(running.done) >= 2_000

        running.until(all_done)
        assert running.done == sent
        assert redis_client.get(names.cursor("demo")) == b"777", "the other one's cursor is not touched"
        assert redis_client.get(names.reader("demo")) == b"another"

        def let_go() -> bool:
            try:
                Spool(tmp_path / "x", MB).close()
            except SpoolTaken:
                return False
            return True

        running.until(let_go)


def test_records_without_room_are_counted_and_reported_as_a_gap(
    redis_client: Redis, names: Names, tmp_path: Path
) -> None:
    sent: list[bytes] = []
    stop = threading.Event()
    began_ms = int(time.time() * 1000)
    play = sending(sent, stop.is_set)
    with SpoolingReader(redis_client, names, play, tmp_path / "x", room=100_000) as running:
        running.until(lambda: running.dropped() > 100)
        stop.set()

        def reported() -> bool:
            running.work()
            return any("spool" in row.why for row in running.rows)

        running.until(reported)
        (gap,) = [row for row in running.rows if "spool" in row.why]
        assert began_ms <= gap.since <= (gap.until or 0)

        def rest_done() -> bool:
            running.work()
            return len(running.done) >= len(sent) - running.dropped()

        running.until(rest_done)
        assert running.done == sorted(running.done), "in order, whatever is missing"
        assert (tmp_path / "x").stat().st_size <= 100_000
