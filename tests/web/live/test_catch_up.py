"""Catching up reads no more than its bound after any time away; a client that missed too much starts anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest

from pipeline.broker.keys import Names
from pipeline.errors import QueryTimeout, StoreError, StoreUnavailable
from pipeline.post import Deletion
from pipeline.query.tree import Query
from pipeline.store.contract import Changes, Reading, Writes
from pipeline.store.sqlite import SqliteStore
from tests.delivery.simulation.fake_redis import FakeOrder, FakeRedis, FakeRegistry
from tests.delivery.simulation.fake_store import FakeStore
from tests.delivery.simulation.post_rules import parse_key
from tests.store.builders import T0, ids, post, put, search
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import LiveSearch, SearchTable
from web.live.fanout.search_leases import SearchLeases
from web.live.fanout.watermark import Watermark
from web.live.recovery import catch_up
from web.live.recovery.catch_up import ENTRIES_PER_FRAME, loss_frames, missed_changes
from web.live.recovery.loss_tracker import Losses
from web.live.recovery.refill import REFILLS_AT_ONCE, Refill

CATS = search("cats")


class Reader:
    """A store pool in this thread that counts its reads and has a time limit of its own."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.timeout_s = 60.0
        self.read_count = 0

    def read(self, work: Callable[[Reading], Any]) -> Any:
        self.read_count += 1
        with self.store.reading(timeout_s=self.timeout_s) as reading:
            return work(reading)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(catch_up, "MAX_CATCH_UP", 5)
    store = SqliteStore(tmp_path)
    put(store, 10, *(post(number, "dogs") for number in range(40)))
    for number in range(40):
        put(store, 20 + number, post(number, "mice", version=T0 + 10**6))
    put(store, 70, *(post(100 + number, "cats") for number in range(5)))
    store.persist(Writes(deletions=[Deletion("x:0", T0)]), 71)
    yield Reader(store)
    store.close()


def test_changes_within_the_bound_are_read_at_once(reader: Any) -> None:
    changes = missed_changes(reader, CATS, after=60, removed_after=54)
    assert (len(changes.bodies), len(changes.retracted), changes.tombstones, changes.overflow) == (5, 5, ["x:0"], False)
    assert reader.read_count == 1


def test_more_is_read_in_steps_and_none_of_it_twice(reader: Any) -> None:
    changes = missed_changes(reader, CATS, after=30, removed_after=30)
    assert sorted(ids(changes.bodies)) == [f"x:{100 + number}" for number in range(5)]
    assert sorted(changes.retracted) == sorted((f"x:{number}", T0 + 10**6) for number in range(11, 40))
    assert changes.tombstones == ["x:0"]


def test_more_than_the_most_steps_is_too_much(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catch_up, "STEPS_MAX", 3)
    assert missed_changes(reader, CATS, after=30, removed_after=30) == Changes(overflow=True)
    assert reader.read_count == 5


def test_too_many_matches_are_too_much(reader: Any) -> None:
    put(reader.store, 72, post(200, "cats"))
    assert missed_changes(reader, CATS, after=30, removed_after=80) == Changes(overflow=True)


def test_out_of_time_is_too_much_and_no_refusal(reader: Any) -> None:
    reader.timeout_s = 0.0
    assert missed_changes(reader, CATS, after=30, removed_after=30) == Changes(overflow=True)


def test_losses_are_sent_in_frames_of_a_bounded_size() -> None:
    many = 2 * ENTRIES_PER_FRAME + 1
    frames = list(loss_frames("k", Changes([], [(f"x:{n}", 1) for n in range(many)], [f"x:{n}" for n in range(many)])))
    assert [frame.kind for frame in frames] == ["deleted"] * 3 + ["gone"] * 3
    assert max(len(frame.payload) for frame in frames) < 32 * 1024


class Watching:
    """A client that records its frames."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.restarted: list[str] = []
        self.session = SimpleNamespace(restart=self.restarted.append)

    def send(self, frame: Any) -> None:
        self.frames.append(frame.kind)


class Line:
    """A Pub/Sub connection that is not lost."""

    def fence(self, reached: Callable[[], None]) -> None:
        reached()


class Scene:
    """A connection that is back, and searches that wait for their refill; `trouble` holds the store's error of some."""

    def __init__(self) -> None:
        names = Names("m")
        redis = FakeRedis(names)
        registry: Any = FakeRegistry(redis)
        order: Any = FakeOrder(redis)
        commands: Any = Line()
        self.table = SearchTable()
        clock, watermark = LeaseClock(), Watermark(order, commands)
        broadcaster = Broadcaster((), clock)
        losses = Losses(self.table, broadcaster, commands, watermark, clock)
        leases = SearchLeases(registry, self.table, watermark, clock, losses)
        self.store = FakeStore()
        self.trouble: dict[str, Exception] = {}
        store_pool: Any = SimpleNamespace(read=self.read)
        self.refill = Refill(order, store_pool, leases, broadcaster, losses)
        self.searches: list[LiveSearch] = []

    def watch(self, key: str, trouble: Exception | None = None) -> Any:
        query = parse_key(key)
        made = LiveSearch(query, key)
        made.subscribed.set()
        made.refill_from = 1
        client: Any = Watching()
        made.watchers[client] = 1
        self.table.add(made)
        self.searches.append(made)
        if trouble is not None:
            self.trouble[key] = trouble
        return client

    def read(self, work: Callable[[Any], Any]) -> Any:
        cells = [cell.cell_contents for cell in work.__closure__ or ()]
        key = next(held.key for held in cells if isinstance(held, Query))
        if key in self.trouble:
            raise self.trouble[key]
        with self.store.reading() as reading:
            return work(reading)

    def run(self, until: Callable[[], bool]) -> None:
        self.refill.start(self.searches)
        with gevent.Timeout(20):
            while not until():
                gevent.sleep(0.01)

    def end(self) -> None:
        for one in self.searches:
            one.watchers.clear()
        with gevent.Timeout(20):
            while self.refill.pending:
                gevent.sleep(0.01)


@pytest.mark.parametrize("trouble", [QueryTimeout("too slow"), StoreError("cannot be answered")])
def test_search_that_the_store_cannot_read_starts_anew(trouble: Exception) -> None:
    scene = Scene()
    slow = [scene.watch(f"slow{number}", trouble) for number in range(REFILLS_AT_ONCE)]
    well = scene.watch("k0")
    scene.run(lambda: not scene.refill.pending)
    assert well.frames == ["posts"]
    assert [client.restarted for client in slow] == [[f"slow{number}"] for number in range(REFILLS_AT_ONCE)]
    assert all(one.refill_from is None for one in scene.searches)


def test_searches_that_wait_for_the_store_keep_no_other_waiting() -> None:
    scene = Scene()
    for number in range(3 * REFILLS_AT_ONCE):
        scene.watch(f"away{number}", StoreUnavailable("away"))
    well = scene.watch("k0")
    scene.run(lambda: well.frames == ["posts"])
    assert scene.refill.pending == 3 * REFILLS_AT_ONCE
    scene.trouble.clear()
    scene.run(lambda: not scene.refill.pending)
    scene.end()
