"""The buffer loses and repeats nothing, moves the cursor never before its records, and holds records only briefly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.queue.batch import BATCH_MAX_BYTES, BATCH_MAX_RECORDS, RawRecord
from pipeline.reader.buffer import (
    BUSY_BATCHES,
    BUSY_LINGER_S,
    FAST_S,
    LINGER_S,
    BatchBuffer,
)
from pipeline.sources.contract import Chunk


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _record(number: int, size: int = 8) -> RawRecord:
    return RawRecord(1_700_000_000_000, str(number).zfill(size).encode())


def _chunk(*numbers: int) -> Chunk:
    return Chunk([_record(number) for number in numbers], cursor=str(max(numbers)) if numbers else None)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40))
def test_every_record_is_taken_once_and_no_cursor_comes_before_its_records(steps: list[tuple[int, bool]]) -> None:
    buffer, came, taken, reached = BatchBuffer(Clock()), 0, [], 0
    for size, flush in steps:
        for _ in range(size):
            came += 1
            buffer.add(_record(came), "here")
        if size:
            buffer.cursor = str(came)
        if flush:
            records, cursor = buffer.take()
            taken += [int(record.data) for record in records]
            if records and cursor is not None:
                reached = int(cursor)
            assert reached <= len(taken)
    records, _ = buffer.take()
    taken += [int(record.data) for record in records]
    assert taken == list(range(1, came + 1))


def test_a_cursor_without_records_goes_with_the_next_ones() -> None:
    buffer = BatchBuffer(Clock())
    buffer.cursor = "7"
    assert buffer.take() == ([], "7")
    buffer.add(_record(8), "here")
    assert buffer.take()[1] == "7"
    buffer.add(_record(9), "here")
    assert buffer.take()[1] is None


def test_a_batch_is_bounded() -> None:
    buffer = BatchBuffer(Clock())
    assert [buffer.add(_record(number), "here") for number in range(BATCH_MAX_RECORDS)].index(
        True
    ) == BATCH_MAX_RECORDS - 1
    buffer.take()
    assert not buffer.add(_record(1, BATCH_MAX_BYTES - 1), "here")
    assert buffer.add(_record(2), "here")


def test_a_slow_stream_is_enqueued_at_once_and_a_fast_one_after_a_moment() -> None:
    clock = Clock()
    buffer = BatchBuffer(clock)
    for number in range(50):
        clock.now += 2 * FAST_S
        buffer.observe(_chunk(number))
    buffer.take()
    assert not buffer.should_linger(open_batches=0)
    for number in range(50):
        clock.now += FAST_S / 5
        buffer.observe(_chunk(number))
    buffer.take()
    assert buffer.should_linger(open_batches=0)
    clock.now += LINGER_S
    assert not buffer.should_linger(open_batches=0)


def test_workers_with_enough_to_do_are_given_larger_batches() -> None:
    clock = Clock()
    buffer = BatchBuffer(clock)
    buffer.take()
    assert not buffer.should_linger(BUSY_BATCHES - 1)
    assert buffer.should_linger(BUSY_BATCHES)
    many = 100
    clock.now += BUSY_LINGER_S * many - 0.001
    assert buffer.should_linger(many)
    clock.now += 0.002
    assert not buffer.should_linger(many)


def test_empty_chunks_do_not_change_the_measured_pace() -> None:
    clock = Clock()
    buffer = BatchBuffer(clock)
    buffer.observe(_chunk(1))
    for _ in range(50):
        clock.now += FAST_S / 5
        buffer.observe(_chunk())
    buffer.take()
    assert not buffer.should_linger(open_batches=0)


def test_clearing_drops_the_records_and_their_cursor() -> None:
    buffer = BatchBuffer(Clock())
    buffer.add(_record(1), "here")
    buffer.cursor = "1"
    buffer.clear()
    assert buffer.take() == ([], None)
