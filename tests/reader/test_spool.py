"""The spool: a file that keeps order over kills, and a reader of a source that cannot wait over a full queue."""

from __future__ import annotations

import fcntl
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
from pipeline.reader.handover import Handover
from pipeline.reader.spool import Spool, Spooled, SpoolTaken
from pipeline.sources.contract import Chunk, SourceContext
from tests.reader.test_loop import Play, Stage

MB = 1024 * 1024


def entry(number: int, size: int = 100) -> Spooled:
    return Spooled(f"b{number}", b"%d " % number * (size // 2), 1)


def drained(spool: Spool) -> list[str]:
    found = []
    while (one := spool.first()) is not None:
        found.append(one.batch_id)
        spool.done()
    return found


def ids(first: int, last: int) -> list[str]:
    return [f"b{number}" for number in range(first, last)]


# -- the file
def test_what_was_kept_comes_back_in_order_and_the_file_is_empty_then(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool" / "x", MB)
    assert all(spool.append(entry(number)) for number in range(20))
    assert spool.size_bytes > 2_000
    assert drained(spool) == ids(0, 20)
    assert (spool.size_bytes, spool.first()) == (0, None)
    assert (tmp_path / "spool" / "x").stat().st_size < 100
    assert (tmp_path / "spool" / "x").stat().st_mode & 0o777 == 0o600


def test_it_outlives_its_process_and_goes_on_where_it_was(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "x", MB)
    for number in range(10):
        spool.append(entry(number))
    for _ in range(4):
        spool.done()
    spool.close()
    again = Spool(tmp_path / "x", MB)
    again.append(entry(10))
    assert drained(again) == ids(4, 11)


@pytest.mark.parametrize("lost", [1, 4, 9, 60, 107])
def test_torn_tail_is_cut_and_what_follows_stands_behind_the_whole_ones(tmp_path: Path, lost: int) -> None:
    spool = Spool(tmp_path / "x", MB)
    for number in range(5):
        spool.append(entry(number))
    spool.close()
    os.truncate(tmp_path / "x", (tmp_path / "x").stat().st_size - lost)
    again = Spool(tmp_path / "x", MB)
    again.append(entry(5))
    assert drained(again) == [*ids(0, 4), "b5"]


def test_flipped_byte_ends_what_can_be_believed(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "x", MB)
    for number in range(5):
        spool.append(entry(number))
    spool.close()
    data = bytearray((tmp_path / "x").read_bytes())
    data[16 + 3 * (len(data) - 16) // 5 + 50] ^= 1
    (tmp_path / "x").write_bytes(data)
    assert drained(Spool(tmp_path / "x", MB)) == ids(0, 3)


@pytest.mark.parametrize("content", [b"", b"murm", b"another file altogether" * 100, b"murmur-1" + b"\xff" * 8])
def test_file_that_is_none_of_ours_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    spool = Spool(tmp_path / "x", MB)
    assert spool.first() is None
    spool.append(entry(1))
    assert drained(spool) == ["b1"]


def test_it_is_bounded_and_has_room_again_once_some_was_handed_over(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "x", 10_000)
    kept = 0
    while spool.append(entry(kept)):
        kept += 1
    assert 50 < kept < 100
    for _ in range(kept * 2 // 3):
        spool.done()
    assert spool.append(entry(kept)), "what waits moves up"
    assert (tmp_path / "x").stat().st_size <= 10_000
    assert drained(spool) == ids(kept * 2 // 3, kept + 1)


def test_one_that_cannot_be_written_is_let_go() -> None:
    sealed = os.memfd_create("spool", os.MFD_ALLOW_SEALING)
    fcntl.fcntl(sealed, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    path = Path(f"/proc/self/fd/{sealed}")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(2):  # the second does not find it taken
        with pytest.raises(PermissionError):
            Spool(path, 1_000)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    os.close(sealed)


def test_only_one_process_has_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "x", MB)
    with pytest.raises(SpoolTaken):
        Spool(tmp_path / "x", MB)
    spool.close()
    Spool(tmp_path / "x", MB).close()


# -- the reader
class Impatient(Stage):
    """A reader of a source that cannot wait, with a spool."""

    def __init__(self, redis: Redis, names: Names, play: Play, path: Path, *, room: int = 64 * MB) -> None:
        super().__init__(redis, names, play, high_water_bytes=20_000)
        old = self.reader._handover
        self.reader._handover = Handover(
            "demo",
            self.claims,
            self.counters,
            enqueue=self.enqueued.append,
            high_water_bytes=20_000,
            stopping=self.stop.is_set,
            open_spool=lambda: Spool(path, room),
        )
        old.close()
        self.done: list[bytes] = []
        self._taken = 0

    def work(self) -> None:
        """Do what is enqueued, as workers would."""
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


def talking(said: list[bytes], enough: Callable[[], bool]) -> Play:
    """Return a source that says something until it is enough, and lives on silently."""

    def play(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        while not context.stopped():
            if enough():
                context.wait(0.01)
                yield Chunk([])
                continue
            said.append(b"%06d " % len(said) + os.urandom(500))
            yield Chunk([RawRecord(1, said[-1])], str(len(said)))

    return play


@pytest.mark.redis
def test_reader_goes_on_while_the_queue_is_full_and_all_comes_in_order(
    redis_client: Redis, names: Names, tmp_path: Path
) -> None:
    said: list[bytes] = []
    with Impatient(redis_client, names, talking(said, lambda: len(said) >= 2_000), tmp_path / "x") as stage:
        stage.until(lambda: len(said) == 2_000)
        stage.until(lambda: stage.spooled() > 1_000)
        cursor = redis_client.get(names.cursor("demo"))
        assert cursor is not None
        assert int(cursor) < 1_000, "the cursor stays with what was handed over"
        assert stage.claims.is_read("demo")

        def all_done() -> bool:
            stage.work()
            return len(stage.done) >= 2_000

        stage.until(all_done)
        assert stage.done == said
        assert stage.dropped() == 0
        assert stage.counters.value("reader_pauses") == 0
        assert (tmp_path / "x").stat().st_size < 100


@pytest.mark.redis
def test_spool_outlives_the_reader_and_comes_before_what_is_new(
    redis_client: Redis, names: Names, tmp_path: Path
) -> None:
    said: list[bytes] = []
    with Impatient(redis_client, names, talking(said, lambda: len(said) >= 2_000), tmp_path / "x") as first:
        first.until(lambda: len(said) == 2_000 and first.spooled() > 100)
    first.work()
    with Impatient(redis_client, names, talking(said, lambda: len(said) >= 2_100), tmp_path / "x") as second:

        def all_done() -> bool:
            second.work()
            return len(first.done) + len(second.done) >= 2_100

        second.until(all_done)
    assert first.done + second.done == said


@pytest.mark.redis
def test_reader_that_lost_its_lease_still_hands_over_what_it_had_spooled(
    redis_client: Redis, names: Names, tmp_path: Path
) -> None:
    said: list[bytes] = []
    with Impatient(redis_client, names, talking(said, lambda: len(said) >= 2_000), tmp_path / "x") as stage:
        stage.until(lambda: len(said) == 2_000 and stage.spooled() > 100)
        redis_client.set(names.reader("demo"), "another", px=60_000)
        redis_client.set(names.cursor("demo"), "777")
        stage.until(lambda: stage.counters.value("leases_lost"))

        def all_done() -> bool:
            stage.work()
            return len(stage.done) >= 2_000

        stage.until(all_done)
        assert stage.done == said
        assert redis_client.get(names.cursor("demo")) == b"777", "the other one's cursor is not touched"
        assert redis_client.get(names.reader("demo")) == b"another"

        def let_go() -> bool:
            try:
                Spool(tmp_path / "x", MB).close()
            except SpoolTaken:
                return False
            return True

        stage.until(let_go)


@pytest.mark.redis
def test_what_finds_no_room_is_counted_and_told_as_a_gap(redis_client: Redis, names: Names, tmp_path: Path) -> None:
    said: list[bytes] = []
    stop = threading.Event()
    began_ms = int(time.time() * 1000)
    play = talking(said, stop.is_set)
    with Impatient(redis_client, names, play, tmp_path / "x", room=100_000) as stage:
        stage.until(lambda: stage.dropped() > 100)
        stop.set()

        def told() -> bool:
            stage.work()
            return any("spool" in row.why for row in stage.rows)

        stage.until(told)
        (gap,) = [row for row in stage.rows if "spool" in row.why]
        assert began_ms <= gap.since <= (gap.until or 0)

        def rest_done() -> bool:
            stage.work()
            return len(stage.done) >= len(said) - stage.dropped()

        stage.until(rest_done)
        assert stage.done == sorted(stage.done), "in order, whatever is missing"
        assert (tmp_path / "x").stat().st_size <= 100_000
