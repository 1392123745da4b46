"""Batches of an import leave room for live posts, keep the high-water mark, and are processed without workers too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from pipeline.assembly import understand
from pipeline.broker.keys import Names
from pipeline.errors import StoreError
from pipeline.importer import outlets
from pipeline.importer.file_import import FileImport
from pipeline.importer.import_notes import ImportNote
from pipeline.importer.outlets import OPEN_BATCHES_MAX, BatchOutlet, ImportStopped
from pipeline.importer.recognised_events import RecognisedEvents
from pipeline.normalise import normalise
from pipeline.post import Event
from pipeline.queue.batch import RawRecord
from tests.importer import record, write_posts
from tests.worker.one_worker import Worker

pytestmark = pytest.mark.redis


def batch(number: int) -> list[RawRecord]:
    return [RawRecord(1_700_000_000_000, record(number))]


@pytest.fixture
def worker(redis_client: Redis, names: Names) -> Worker:
    return Worker(redis_client, names, track="dogs")


def test_imported_posts_are_stored_marked_and_need_not_be_inside_track(worker: Worker) -> None:
    outlet = BatchOutlet(
        worker.claims, enqueue=worker.runner.run, work=None, high_water_bytes=10**9, stopping=lambda: False
    )
    for number in range(3):
        outlet.put(batch(number))
    outlet.finish()
    assert worker.stored() == {"demo:0", "demo:1", "demo:2"}
    with worker.store.reading() as reading:
        assert all(b'"imported":true' in body for body in reading.export(understand("*")))


def test_no_more_batches_are_open_than_allowed_and_none_is_added_to_a_full_queue(worker: Worker) -> None:
    sent: list[str] = []
    looks = iter([False] * 3 + [True] * 99)
    outlet = BatchOutlet(
        worker.claims, enqueue=sent.append, work=None, high_water_bytes=10**9, stopping=lambda: next(looks)
    )
    for number in range(OPEN_BATCHES_MAX):
        outlet.put(batch(number))
    with pytest.raises(ImportStopped):
        outlet.put(batch(OPEN_BATCHES_MAX))
    assert len(sent) == OPEN_BATCHES_MAX == worker.claims.backlog().batches
    for batch_id in sent:
        worker.runner.run(batch_id)
    worker.offer(record(99), batch_id="live")
    full = BatchOutlet(
        worker.claims, enqueue=sent.append, work=None, high_water_bytes=1, stopping=iter([False, True]).__next__
    )
    with pytest.raises(ImportStopped):
        full.put(batch(100))
    assert worker.claims.backlog().batches == 1, "the live one"


def test_without_workers_the_import_does_their_work(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "HELP_AFTER_S", 0.0)
    sent: list[str] = []
    outlet = BatchOutlet(
        worker.claims, enqueue=sent.append, work=worker.runner.run, high_water_bytes=10**9, stopping=lambda: False
    )
    for number in range(OPEN_BATCHES_MAX + 3):
        outlet.put(batch(number))
    outlet.finish()
    assert len(worker.stored()) == OPEN_BATCHES_MAX + 3
    assert worker.done()
    alone = BatchOutlet(
        worker.claims, enqueue=None, work=worker.runner.run, high_water_bytes=10**9, stopping=lambda: False
    )
    alone.put(batch(50))
    assert "demo:50" in worker.stored()


def test_a_store_that_takes_nothing_ends_the_import(worker: Worker) -> None:
    outlet = BatchOutlet(
        worker.claims, enqueue=None, work=lambda _: None, high_water_bytes=10**9, stopping=lambda: False
    )
    with pytest.raises(StoreError, match="the same command goes on here"):
        outlet.put(batch(1))


def test_an_import_without_workers_normalises_each_record_once(worker: Worker, tmp_path: Path) -> None:
    anew: list[bytes] = []

    def counted(raw: bytes, *others: Any) -> Sequence[Event]:
        anew.append(raw)
        return normalise(raw, *others)

    recognised = RecognisedEvents(counted)
    worker.processor._normalise = recognised.normalise
    outlet = BatchOutlet(
        worker.claims, enqueue=None, work=worker.runner.run, high_water_bytes=10**9, stopping=lambda: False
    )
    path = write_posts(tmp_path / "a", 1_200, record(7))  # the first post comes twice
    reading = FileImport(path, ImportNote("a", "fake"), outlet.put, lambda _: None, recognised=recognised)
    for _ in reading.run():
        pass
    assert reading.tally.posts == 1_201
    assert worker.stored() == {f"demo:{number}" for number in range(1_200)}
    assert anew == [record(7)], "whose events were given out"
    recognised.keep(batch(5)[0], [])
    assert recognised.normalise(record(5), "demo", 1_700_000_000_000, ""), "a record of another source is normalised"
