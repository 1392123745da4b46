"""A source that fails is opened again at the last cursor, after growing pauses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.reader import loop as reader_module
from pipeline.reader.loop import pause_s
from pipeline.sources.contract import Chunk, SourceContext
from tests.reader.running_reader import RunningReader, chunk_of, counting, living

pytestmark = pytest.mark.redis


def test_records_before_an_error_are_enqueued(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "pause_s", lambda failures: 0.0)

    def breaking(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        begin = int(cursor or 0) + 1
        yield from (chunk_of(one) for one in range(begin, begin + 150))
        if begin == 1:
            raise OSError("connection lost")

    with RunningReader(redis_client, names, breaking) as running:
        running.until(lambda: running.state() == "ended")
        assert running.source.opened == [None, "150"]
        assert running.records() == [b"%d" % n for n in range(1, 301)]


def test_an_error_of_the_source_opens_it_again_at_the_last_cursor(redis_client: Redis, names: Names) -> None:
    def breaking(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        yield from counting(cursor, context, upto=int(cursor or 0) + 2)
        if int(cursor or 0) < 6:
            raise OSError("connection lost")

    with RunningReader(redis_client, names, breaking) as running:
        running.until(lambda: running.state() == "ended")
        assert running.source.opened == [None, "2", "4", "6"]
        assert running.records() == [b"%d" % n for n in range(1, 9)]
        assert running.counters.value("reader_reconnects") == 3
        assert "connection lost" in {row.why for row in running.rows}


def test_back_off_grows_and_is_bounded() -> None:
    assert [pause_s(failures) <= reader_module.LONGEST_PAUSE_S for failures in range(40)] == [True] * 40
    assert pause_s(9) > pause_s(0)


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
        yield chunk_of()

    monkeypatch.setattr(reader_module, "pause_s", pause_s)
    counters = Counters(redis_client, names, "reader")
    with (
        RunningReader(redis_client, names, living, counters=counters) as live,
        RunningReader(redis_client, names, refused, name="x", counters=counters) as running,
    ):
        running.until(lambda: len(pauses) >= 6 and running.state() == "down")
        assert live.state() == "live"
    assert pauses[:6] == [1, 2, 3, 4, 5, 6]
