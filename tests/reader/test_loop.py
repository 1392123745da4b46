"""The reader on a real Valkey, with a source that does what a test wants."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from redis import Redis

from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.batch import RawRecord, decode_batch
from pipeline.queue.claim_check import ClaimCheck
from pipeline.reader import loop as reader_module
from pipeline.reader.buffer import MAX_RECORDS
from pipeline.reader.loop import Reader, pause_s
from pipeline.reader.spool import Spool
from pipeline.reader.status import CoverageUpdate, StatusReporter, read_statuses
from pipeline.sources.contract import Chunk, SourceContext

pytestmark = pytest.mark.redis

Play = Callable[[str | None, SourceContext], Iterator[Chunk]]


class Scripted:
    """A source that plays a function."""

    generated = True
    resumes = True
    patient = True

    def __init__(self, play: Play, name: str = "demo") -> None:
        self.play = play
        self.name = name
        self.opened: list[str | None] = []

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        self.opened.append(cursor)
        yield from self.play(cursor, context)


class Stage:
    """A reader in a thread, and what it handed over."""

    def __init__(
        self,
        redis: Redis,
        names: Names,
        play: Play,
        *,
        high_water_bytes: int = 10**9,
        name: str = "demo",
        counters: Counters | None = None,
        cover: Callable[[CoverageUpdate], None] | None = None,
        open_spool: Callable[[], Spool] | None = None,
    ) -> None:
        self.redis, self.names = redis, names
        self.claims = ClaimCheck(redis, names)
        self.counters = counters or Counters(redis, names, "reader")
        self.source = Scripted(play, name)
        self.source.patient = open_spool is None
        self.raised: list[Exception] = []
        self.enqueued: list[str] = []
        self.rows: list[CoverageUpdate] = []
        self.stop = threading.Event()
        speaker = StatusReporter(
            redis,
            PublicationOrder(redis, names),
            names,
            name,
            generated=True,
            cover=cover or self.rows.append,
            search=lambda: "*",
        )
        self.reader = Reader(
            self.source,
            self.claims,
            speaker,
            self.counters,
            enqueue=self.enqueued.append,
            high_water_bytes=high_water_bytes,
            stopping=self.stop.is_set,
            open_spool=open_spool,
        )
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.reader.run()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.raised.append(error)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()

    def records(self) -> list[bytes]:
        """Return the records handed over and not taken, in order."""
        claims = [self.claims.take(batch_id) for batch_id in list(self.enqueued)]
        return [record.data for claim in claims if claim for record in decode_batch(claim.data).records]

    def until(self, what: Callable[[], object]) -> None:
        """Wait for something."""
        until = time.monotonic() + 30
        while not what():
            assert time.monotonic() < until
            time.sleep(0.01)

    def state(self) -> str:
        """Return what the source last said."""
        return read_statuses(self.redis, self.names, [self.source.name])[0].state


def _chunk(*numbers: int) -> Chunk:
    return Chunk([RawRecord(1, b"%d" % number) for number in numbers], str(numbers[-1]) if numbers else None)


def _counting(cursor: str | None, context: SourceContext, *, upto: int = 10) -> Iterator[Chunk]:
    for number in range(int(cursor or 0) + 1, upto + 1):
        yield _chunk(number)


def test_records_come_in_order_and_the_cursor_with_the_last(redis_client: Redis, names: Names) -> None:
    with Stage(redis_client, names, _counting) as stage:
        stage.until(lambda: stage.state() == "ended")
        assert stage.records() == [b"%d" % n for n in range(1, 11)]
        assert redis_client.get(names.cursor("demo")) == b"10"


def test_a_slow_stream_is_handed_over_at_once(redis_client: Redis, names: Names) -> None:
    def slow(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        for number in range(1, 4):
            yield _chunk(number)
            context.wait(0.05)
            assert len(stage.enqueued) == number, "a record waited for the next one"

    with Stage(redis_client, names, slow) as stage:
        stage.until(lambda: stage.state() == "ended")


def test_a_fast_stream_is_collected_into_bounded_batches(redis_client: Redis, names: Names) -> None:
    def fast(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield _chunk(*range(1, 2 * MAX_RECORDS + 10))
        for number in range(3_000, 6_000):
            yield _chunk(number)

    with Stage(redis_client, names, fast) as stage:
        stage.until(lambda: stage.state() == "ended")
        sizes = []
        for batch_id in stage.enqueued:
            claim = stage.claims.take(batch_id)
            assert claim is not None
            sizes.append(len(decode_batch(claim.data).records))
        assert sum(sizes) == 2 * MAX_RECORDS + 9 + 3_000
        assert max(sizes) == MAX_RECORDS
        assert len(sizes) < 1_500


@pytest.mark.parametrize("waits", ["by the context", "by itself"])
def test_the_end_of_a_burst_does_not_wait_for_the_next_post(redis_client: Redis, names: Names, waits: str) -> None:
    ended = threading.Event()

    def burst(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield from (_chunk(one) for one in range(1, 301))
        if waits == "by the context":
            while not ended.is_set():
                context.wait(30)
        while not ended.is_set():
            ended.wait(context.patience(60))
            yield Chunk([])

    with Stage(redis_client, names, burst) as stage:
        stage.until(lambda: redis_client.get(names.cursor("demo")) == b"300")
        ended.set()


def test_what_came_before_an_error_is_handed_over(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "pause_s", lambda failures: 0.0)

    def breaking(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        begin = int(cursor or 0) + 1
        yield from (_chunk(one) for one in range(begin, begin + 150))
        if begin == 1:
            raise OSError("connection lost")

    with Stage(redis_client, names, breaking) as stage:
        stage.until(lambda: stage.state() == "ended")
        assert stage.source.opened == [None, "150"]
        assert stage.records() == [b"%d" % n for n in range(1, 301)]


def test_an_error_of_the_source_opens_it_again_at_the_last_cursor(redis_client: Redis, names: Names) -> None:
    def breaking(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield from _counting(cursor, context, upto=int(cursor or 0) + 2)
        if int(cursor or 0) < 6:
            raise OSError("connection lost")

    with Stage(redis_client, names, breaking) as stage:
        stage.until(lambda: stage.state() == "ended")
        assert stage.source.opened == [None, "2", "4", "6"]
        assert stage.records() == [b"%d" % n for n in range(1, 9)]
        assert stage.counters.value("reader_reconnects") == 3
        assert "connection lost" in {row.why for row in stage.rows}


def test_back_off_grows_and_is_bounded() -> None:
    assert [pause_s(failures) <= reader_module.LONGEST_WAIT_S for failures in range(40)] == [True] * 40
    assert pause_s(9) > pause_s(0)


def test_reading_stops_while_the_queue_is_full_and_goes_on_after(redis_client: Redis, names: Names) -> None:
    def bulky(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        for number in range(4_000):
            yield Chunk([RawRecord(1, os.urandom(500))], str(number))

    with Stage(redis_client, names, bulky, high_water_bytes=20_000) as stage:
        stage.until(lambda: stage.state() == "paused")
        order = PublicationOrder(redis_client, names)
        read = stage.counters.value("records_read")
        time.sleep(0.3)
        assert stage.counters.value("records_read") == read
        done = 0
        while stage.state() != "ended":
            for batch_id in stage.enqueued[done:]:
                order.commit(order.begin(batch_id, 1), [], [])
                done += 1
            time.sleep(0.01)
        assert stage.counters.value("records_read") == 4_000


def test_it_stops_promptly_in_the_midst_of_reading(redis_client: Redis, names: Names) -> None:
    def endless(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        while not context.wait(30.0):
            yield _chunk()

    with Stage(redis_client, names, endless) as stage:
        stage.until(lambda: stage.claims.is_read("demo"))
    assert not stage.claims.is_read("demo")
    assert stage.state() == "stopped"


def test_a_standby_takes_over_inside_its_task(redis_client: Redis, names: Names) -> None:
    def trickle(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        number = int(cursor or 0)
        while not context.wait(0.02):
            number += 1
            yield _chunk(number)

    with Stage(redis_client, names, trickle) as standby_after:
        standby_after.until(lambda: len(standby_after.enqueued) > 3)
        with Stage(redis_client, names, trickle) as standby:
            time.sleep(0.3)
            assert standby.source.opened == []
            standby_after.__exit__()
            standby.until(lambda: len(standby.enqueued) > 3)
            numbers = [int(one) for one in [*standby_after.records(), *standby.records()]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_reader_that_finds_another_in_its_place_hands_nothing_over(redis_client: Redis, names: Names) -> None:
    go = threading.Event()

    def stalled(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield _chunk(1)
        go.wait(10)
        yield _chunk(2)

    with Stage(redis_client, names, stalled) as stage:
        stage.until(lambda: stage.enqueued)
        redis_client.set(names.reader("demo"), "another", px=60_000)
        go.set()
        stage.until(lambda: stage.counters.value("leases_lost"))
        assert stage.records() == [b"1"]
        assert redis_client.get(names.cursor("demo")) == b"1"


def test_what_was_handed_over_before_an_outage_is_handed_over_again_without_a_cursor(
    redis_client: Redis, names: Names
) -> None:
    """A source that cannot be read again must not depend on the broker's last moment."""
    go = threading.Event()

    def live(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield Chunk([RawRecord(1, b"first")])
        go.wait(10)
        yield Chunk([RawRecord(1, b"second")])

    with Stage(redis_client, names, live) as stage:
        stage.until(lambda: stage.enqueued)
        redis_client.flushall()  # the broker came back without its last moment …
        claims: Any = stage.reader._claims
        hand_over, failures = claims.hand_over, iter([True])

        def failing_once(*arguments: Any) -> Any:
            if next(failures, False):
                raise BrokerUnavailable("restarted")
            return hand_over(*arguments)

        claims.hand_over = failing_once
        go.set()
        stage.until(lambda: stage.state() == "ended")
        assert set(stage.records()) == {b"first", b"second"}


def test_a_busy_source_is_not_taken_for_one_that_is_down(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.reader.status.RENEW_S", 0.1)

    def torrent(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        context.report("live")
        number = 0
        while not context.stopped():
            number += 1
            yield _chunk(number)

    with Stage(redis_client, names, torrent) as stage:
        stage.until(lambda: stage.state() == "live")
        redis_client.delete(names.source_state("demo"))
        stage.until(lambda: stage.state() == "live")


def test_a_source_that_waits_for_a_full_queue_keeps_saying_so(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.reader.status.RENEW_S", 0.1)
    with Stage(redis_client, names, _counting, high_water_bytes=1) as stage:
        stage.until(lambda: stage.state() == "paused")
        redis_client.delete(names.source_state("demo"))
        stage.until(lambda: stage.state() == "paused")


def _living(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
    context.report("live")
    number = int(cursor or 0)
    while not context.wait(0.01):
        number += 1
        yield _chunk(number)


def test_coverage_rows_wait_for_a_broker_that_refuses_them_and_reading_goes_on(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.reader.status.RENEW_S", 0.05)
    monkeypatch.setattr(reader_module, "RENEW_S", 0.05)
    rows: list[CoverageUpdate] = []
    refused: list[CoverageUpdate] = []
    answers = threading.Event()

    def cover(row: CoverageUpdate) -> None:
        if not answers.is_set():
            refused.append(row)
            raise BrokerUnavailable("refused")
        rows.append(row)

    def play(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield from _living(cursor, context) if cursor else iter([_chunk(1)])
        if not cursor:
            context.report("live")
            context.gap(1, 2, "cursor too old")
            raise OSError("connection lost")

    with Stage(redis_client, names, play, cover=cover) as stage:
        stage.until(lambda: len(refused) > 2 and len(stage.enqueued) > 3)
        assert rows == []
        answers.set()
        stage.until(lambda: len(rows) >= 4)
        assert [row.why for row in rows[:4]] == ["", "cursor too old", "connection lost", ""]
        assert rows[0] == refused[0], "it begins when reading began, not when the broker answered"
    assert stage.raised == []


def test_however_a_reader_ends_lease_and_spool_are_released(redis_client: Redis, names: Names, tmp_path: Path) -> None:
    def fails(_: CoverageUpdate) -> None:
        raise ZeroDivisionError("a bug")

    path = tmp_path / "spool"
    with Stage(redis_client, names, _living, cover=fails, open_spool=lambda: Spool(path, 10**6)) as stage:
        stage.until(lambda: not stage.thread.is_alive())
    assert [str(error) for error in stage.raised] == ["a bug"]
    assert not stage.claims.is_read("demo")
    Spool(path, 10**6).close()


def test_what_redis_refuses_of_a_live_source_is_spooled(redis_client: Redis, names: Names, tmp_path: Path) -> None:
    def play(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield Chunk([RawRecord(1, b"only once")])

    path = tmp_path / "spool"
    redis_client.set(names.open, "not a sorted set")
    with Stage(redis_client, names, play, open_spool=lambda: Spool(path, 10**6)) as stage:
        stage.until(lambda: stage.counters.value("records_spooled"))
    spool = Spool(path, 10**6)
    entry = spool.first()
    assert entry is not None
    assert [record.data for record in decode_batch(entry.data).records] == [b"only once"]
    spool.close()


def test_a_refused_source_backs_off_beside_a_live_one(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[int] = []

    def pause_s(failures: int) -> float:
        pauses.append(failures)
        return 0.05

    def refused(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        if not context.stopped():
            raise OSError("429")
        yield _chunk()

    monkeypatch.setattr(reader_module, "pause_s", pause_s)
    counters = Counters(redis_client, names, "reader")
    with (
        Stage(redis_client, names, _living, counters=counters) as live,
        Stage(redis_client, names, refused, name="x", counters=counters) as stage,
    ):
        stage.until(lambda: len(pauses) >= 6 and stage.state() == "down")
        assert live.state() == "live"
    assert pauses[:6] == [1, 2, 3, 4, 5, 6]
