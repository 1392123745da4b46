"""An import into a queue that workers empty, killed in its middle and started again: every post once, marked, no news.

The workers process a batch, their own or the import's, whenever the import waits; live posts come in between.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from cli.commands.import_files import ImportOfFiles
from cli.import_progress import ImportProgress
from cli.import_session import ImportSession
from pipeline.assembly import understand
from pipeline.broker.keys import Names
from pipeline.importer import file_import
from pipeline.importer.import_notes import ImportNote, ImportNotes
from pipeline.importer.outlets import BatchOutlet
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.parser import parse
from pipeline.queue.batch import RawRecord
from pipeline.settings import Settings
from pipeline.sinks.contract import Delivery
from pipeline.sinks.delivery_loop import DeliveryLoop
from pipeline.store.contract import CoverageRow
from tests.importer import write_posts
from tests.worker.one_worker import Worker, post

pytestmark = pytest.mark.redis
BATCH, POSTS = 20, 360
"""Records of a batch here, and posts of the file: more batches than may be open at once."""


class Killed(BaseException):
    """Ends an import as SIGKILL does: nothing of it runs afterwards."""


class Sink:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def open(self) -> None:
        return

    def deliver(self, delivery: Delivery) -> None:
        self.ids += [found["id"] for found in delivery.posts]


class Desk:
    """Workers on one store, a sink, and imports into them. `dies_after`: what an import does before it is killed."""

    def __init__(self, redis: Redis, names: Names, settings: Settings) -> None:
        self.redis, self.names, self.settings = redis, names, settings
        self.worker = Worker(redis, names)
        self.sent: list[str] = []
        self.live = 0
        self.covered: list[CoverageRow] = []
        self.sink = Sink()
        self.sinks = DeliveryLoop(
            "pager",
            self.sink,
            [parse("cats")],
            redis=redis,
            names=names,
            order=PublicationOrder(redis, names),
            registry=self.worker.registry,
            store=lambda: self.worker.store,
            wait=lambda _: False,
        )
        self.sinks.round()

    def work(self) -> bool:
        """Do what the other processes do meanwhile: a live post comes, a batch is processed, matches are delivered."""
        self.live += 1
        number = f"l{self.live}"
        self.worker.offer(post(10**6 + self.live), batch_id=number)
        self.worker.runner.run(number)
        if self.sent:
            self.worker.runner.run(self.sent.pop(0))
        self.sinks.round()
        return False

    def send_lost(self) -> None:
        """Send the ids of open batches again, as upkeep does with those that nobody was told of."""
        self.sent = self.worker.claims.stale(-1_000)  # also those of this moment

    def run(self, path: Path, step: Callable[[str], None] = lambda _: None) -> ImportOfFiles:
        """Import a file; `step` is called with the name of each step done."""

        def enqueue(batch_id: str) -> None:
            step("opened")
            self.sent.append(batch_id)
            step("handed over")

        class Outlet(BatchOutlet):
            def put(self, records: list[RawRecord]) -> None:
                step("read")
                super().put(records)

        class Notes(ImportNotes):
            def write(self, path: Path, note: ImportNote) -> None:
                super().write(path, note)
                step("noted")

        outlet = Outlet(self.worker.claims, enqueue=enqueue, work=None, high_water_bytes=10**9, stopping=self.work)
        session = ImportSession(outlet, Notes(self.redis, self.names, "fake"), self.covered.append)
        with ImportProgress(path.stat().st_size) as progress:
            importing = ImportOfFiles(session, progress, lambda: False, self.settings, again=False)
            importing.group(path, [path])
            outlet.finish()
        return importing


@pytest.mark.parametrize("dies_after", ["read", "opened", "handed over", "noted"])
def test_an_import_that_is_killed_beside_workers_goes_on_with_every_post_once(
    dies_after: str, redis_client: Redis, names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_import, "BATCH_MAX_RECORDS", BATCH)
    desk = Desk(redis_client, names, Settings())
    path = write_posts(tmp_path / "posts.jsonl", POSTS)
    turns = iter(range(10**6))

    def kill(step: str) -> None:
        if step == dies_after and next(turns) == 14:
            raise Killed

    with pytest.raises(Killed):
        desk.run(path, kill)
    desk.covered.clear()  # a killed process says nothing
    desk.send_lost()
    again = desk.run(path)
    desk.sinks.round()
    assert desk.worker.claims.backlog().batches == 0
    live = {f"demo:{10**6 + number}" for number in range(1, desk.live + 1)}
    assert desk.live > 5
    assert desk.worker.stored() == {f"demo:{number}" for number in range(POSTS)} | live
    with desk.worker.store.reading() as reading:
        bodies = list(reading.export(understand("*")))
    assert sum(b'"imported":true' in body for body in bodies) == POSTS, "those of the file, and no live one"
    assert all(b'"changed":0' in body for body in bodies), "a batch that came twice changed nothing"
    assert again.result.tally.posts == POSTS
    (row,) = desk.covered
    assert (row.imported, row.reason) == (True, f"posts.jsonl, {POSTS:,} posts")
    assert sorted(desk.sink.ids) == sorted(live), "each live post once, and none of the file"
