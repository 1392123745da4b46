"""Reading a source: records come in order, in bounded batches, soon, and reading stops for a full queue."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.batch import BATCH_MAX_RECORDS, RawRecord, decode_batch
from pipeline.reader.spool import Spool
from pipeline.sources.contract import Chunk, SourceContext
from tests.reader.running_reader import RunningReader, chunk_of, counting

pytestmark = pytest.mark.redis


def test_records_come_in_order_and_the_cursor_with_the_last(redis_client: Redis, names: Names) -> None:
    with RunningReader(redis_client, names, counting) as running:
        running.until(lambda: running.state() == "ended")
        assert running.records() == [b"%d" % n for n in range(1, 11)]
        assert redis_client.get(names.cursor("demo")) == b"10"


def test_a_slow_stream_is_enqueued_at_once(redis_client: Redis, names: Names) -> None:
    def slow(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        for number in range(1, 4):
            yield chunk_of(number)
            context.wait(0.05)
            assert len(running.enqueued) == number, "a record waited for the next one"

    with RunningReader(redis_client, names, slow) as running:
        running.until(lambda: running.state() == "ended")


def test_a_fast_stream_is_collected_into_bounded_batches(redis_client: Redis, names: Names) -> None:
    def fast(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield chunk_of(*range(1, 2 * BATCH_MAX_RECORDS + 10))
        for number in range(3_000, 6_000):
            yield chunk_of(number)

    with RunningReader(redis_client, names, fast) as running:
        running.until(lambda: running.state() == "ended")
        sizes = []
        for batch_id in running.enqueued:
            claim = running.claims.take(batch_id)
            assert claim is not None
            sizes.append(len(decode_batch(claim.data).records))
        assert sum(sizes) == 2 * BATCH_MAX_RECORDS + 9 + 3_000
        assert max(sizes) == BATCH_MAX_RECORDS
        assert len(sizes) < 1_500


@pytest.mark.parametrize("waits", ["by the context", "by itself"])
def test_the_end_of_a_burst_does_not_wait_for_the_next_post(redis_client: Redis, names: Names, waits: str) -> None:
    ended = threading.Event()

    def burst(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield from (chunk_of(one) for one in range(1, 301))
        if waits == "by the context":
            while not ended.is_set():
                context.wait(30)
        while not ended.is_set():
            ended.wait(context.patience(60))
            yield Chunk([])

    with RunningReader(redis_client, names, burst) as running:
        running.until(lambda: redis_client.get(names.cursor("demo")) == b"300")
        ended.set()


def test_reading_stops_while_the_queue_is_full_and_goes_on_after(redis_client: Redis, names: Names) -> None:
    def bulky(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        for number in range(4_000):
            yield Chunk([RawRecord(1, os.urandom(500))], str(number))

    with RunningReader(redis_client, names, bulky, high_water_bytes=20_000) as running:
        running.until(lambda: running.state() == "paused")
        order = PublicationOrder(redis_client, names)
        read = running.counters.value("records_read")
        time.sleep(0.3)
        assert running.counters.value("records_read") == read
        done = 0
        while running.state() != "ended":
            for batch_id in running.enqueued[done:]:
                order.commit(order.begin(batch_id, 1), [], [])
                done += 1
            time.sleep(0.01)
        assert running.counters.value("records_read") == 4_000


def test_a_reader_stops_promptly_while_it_reads(redis_client: Redis, names: Names) -> None:
    def endless(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        while not context.wait(30.0):
            yield chunk_of()

    with RunningReader(redis_client, names, endless) as running:
        running.until(lambda: running.leases.is_held("demo"))
    assert not running.leases.is_held("demo")
    assert running.state() == "stopped"


def test_a_batch_of_a_live_source_that_redis_refuses_is_spooled(
    redis_client: Redis, names: Names, tmp_path: Path
) -> None:
    def play(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield Chunk([RawRecord(1, b"only once")])

    path = tmp_path / "spool"
    redis_client.set(names.open, "not a sorted set")
    with RunningReader(redis_client, names, play, open_spool=lambda: Spool(path, 10**6)) as running:
        running.until(lambda: running.counters.value("records_spooled"))
    spool = Spool(path, 10**6)
    entry = spool.first()
    assert entry is not None
    assert [record.data for record in decode_batch(entry.data).records] == [b"only once"]
    spool.close()
