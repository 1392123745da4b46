"""A reader in a thread on a real Valkey, with a source that plays a function of the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Self

from redis import Redis

from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.batch import RawRecord, decode_batch
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.reader_leases import Leases
from pipeline.queue.task_queue import CoverageUpdate, TaskQueue
from pipeline.reader.loop import Reader
from pipeline.reader.source_status import read_statuses
from pipeline.reader.spool import Spool
from pipeline.reader.status_reporter import StatusReporter
from pipeline.sources.contract import Chunk, SourceContext

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


class RunningReader:
    """A reader in a thread, and the batches that it enqueued."""

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
        self.claims, self.leases = ClaimCheck(redis, names), Leases(redis, names)
        self.counters = counters or Counters(redis, names, "reader")
        self.source = Scripted(play, name)
        self.source.patient = open_spool is None
        self.raised: list[Exception] = []
        self.enqueued: list[str] = []
        self.rows: list[CoverageUpdate] = []
        self.stop = threading.Event()
        reporter = StatusReporter(
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
            self.leases,
            self.claims,
            reporter,
            self.counters,
            queue=TaskQueue(enqueue=self.enqueued.append, stopping=self.stop.is_set),
            high_water_bytes=high_water_bytes,
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
        """Return the records of the enqueued batches, in order."""
        claims = [self.claims.take(batch_id) for batch_id in list(self.enqueued)]
        return [record.data for claim in claims if claim for record in decode_batch(claim.data).records]

    def until(self, what: Callable[[], object]) -> None:
        """Wait until a condition holds, for 30 s at most."""
        until = time.monotonic() + 30
        while not what():
            assert time.monotonic() < until
            time.sleep(0.01)

    def state(self) -> str:
        """Return the last reported state of the source."""
        return read_statuses(self.redis, self.names, [self.source.name])[0].state


def chunk_of(*numbers: int) -> Chunk:
    return Chunk([RawRecord(1, b"%d" % number) for number in numbers], str(numbers[-1]) if numbers else None)


def counting(cursor: str | None, context: SourceContext, *, upto: int = 10) -> Iterator[Chunk]:
    for number in range(int(cursor or 0) + 1, upto + 1):
        yield chunk_of(number)


def living(cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
    context.report("live")
    number = int(cursor or 0)
    while not context.wait(0.01):
        number += 1
        yield chunk_of(number)
