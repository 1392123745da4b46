"""Delivery to a sink over a real Valkey and a real store: at least once and in order, even if sink or process fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import LeaseLost, QueryTimeout
from pipeline.match.search_registry import Registry
from pipeline.normalise import normalise
from pipeline.publish.publication_order import Attempt, PublicationOrder
from pipeline.query.parser import parse
from pipeline.query.tree import Query
from pipeline.queue.batch import RawBatch, RawRecord
from pipeline.sinks import change_reader, delivery_loop
from pipeline.sinks.contract import Delivery
from pipeline.sinks.delivery_loop import DeliveryLoop
from pipeline.store.contract import Changes
from pipeline.store.sqlite.store import SqliteStore
from pipeline.worker.normalised_batch import fold_batch
from tests.worker import one_worker

pytestmark = pytest.mark.redis
T0 = 1_700_000_000_000


def post(number: int, text: str) -> bytes:
    """Return the record of a post. A greater number is a later post."""
    return one_worker.post(number, text, created_at=T0 - 1_000_000 + number)


class Pager:
    """A sink that keeps its deliveries and raises the errors that a test gives it."""

    def __init__(self) -> None:
        self.opened = 0
        self.got: list[Delivery] = []
        self.trouble: list[Exception] = []
        self.takes_imported = False

    def open(self) -> None:
        self.opened += 1

    def deliver(self, delivery: Delivery) -> None:
        if self.trouble:
            raise self.trouble.pop()
        self.got.append(delivery)

    def ids(self) -> list[str]:
        return [found["id"] for delivery in self.got for found in delivery.posts]


class Scene:
    def __init__(self, redis: Redis, names: Names, directory: Path) -> None:
        self.redis, self.names, self.directory = redis, names, directory
        self.order = PublicationOrder(redis, names)
        self.registry = Registry(redis, names)
        self.store = SqliteStore(directory)
        self.sink = Pager()
        self.loop = self.make(self.sink)
        self._batches = 0

    def make(self, sink: Pager, *searches: str) -> DeliveryLoop:
        """Return the delivery loop of a process of its own."""
        return DeliveryLoop(
            "pager",
            sink,
            [parse(search) for search in searches or ("cats",)],
            redis=self.redis,
            names=self.names,
            order=self.order,
            registry=self.registry,
            store=lambda: self.store,
            wait=lambda _: False,
        )

    def begin(self, *raws: bytes, label: str = "demo") -> Attempt:
        """Persist a batch without publishing it."""
        self._batches += 1
        folded = fold_batch(RawBatch(label, [RawRecord(T0, raw) for raw in raws]), normalise)
        attempt = self.order.begin(f"b{self._batches}", folded.seq_count)
        self.store.persist(folded.writes, attempt.seq)
        return attempt

    def take(self, *raws: bytes, label: str = "demo") -> None:
        """Persist and publish a batch."""
        self.order.commit(self.begin(*raws, label=label), [], [])


@pytest.fixture
def scene(redis_client: Redis, names: Names, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(redis_client, names, tmp_path)
    made.loop.round()
    yield made
    made.store.close()


def test_imported_posts_are_no_news_unless_the_sink_takes_them(scene: Scene) -> None:
    scene.take(post(1, "cats"), post(2, "cats"))
    scene.loop.round()
    scene.take(post(1, "cats"), post(3, "cats"), label="import")
    scene.take(post(4, "cats"))
    scene.loop.round()
    assert scene.sink.ids() == ["demo:1", "demo:2", "demo:4"], "not the import's, known or not"
    scene.sink.takes_imported = True
    scene.take(post(5, "cats"), label="import")
    scene.loop.round()
    assert scene.sink.ids()[-1] == "demo:5"
    assert scene.sink.got[-1].posts[0]["imported"] is True


def test_matches_come_in_order_and_each_once(scene: Scene) -> None:
    for number in range(1, 6):
        scene.take(post(number, "cats"), post(100 + number, "dogs"))
        if number % 2:
            scene.loop.round()
    assert scene.sink.ids() == [f"demo:{number}" for number in range(1, 6)]
    assert scene.loop.round() == 0
    assert scene.sink.opened == 1


def test_posts_stored_before_a_search_was_configured_are_not_delivered(scene: Scene) -> None:
    scene.take(post(1, "cats"))
    other = scene.make(scene.sink, "cats", "dogs")
    scene.loop._position.release()
    scene.take(post(2, "dogs"))
    other.round()
    scene.take(post(3, "dogs"))
    other.round()
    assert scene.sink.ids() == ["demo:1", "demo:3"]


def test_sink_that_raises_is_opened_again_and_gets_the_same_delivery(scene: Scene) -> None:
    scene.take(post(1, "cats"))
    scene.sink.trouble = [OSError("away"), ValueError("a bug")]
    turns = iter([False, False, True])
    scene.loop._wait = lambda _: next(turns)
    scene.loop.run()
    assert scene.sink.ids() == ["demo:1"]
    assert scene.sink.opened == 3


def test_position_outlives_the_process(scene: Scene) -> None:
    scene.take(post(1, "cats"))
    scene.loop.round()
    scene.take(post(2, "cats"))
    scene.loop._position.release()
    sink = Pager()
    scene.make(sink).round()
    assert sink.ids() == ["demo:2"]


def test_post_whose_batch_is_not_published_yet_comes_once_it_is(scene: Scene) -> None:
    slow = scene.begin(post(1, "cats"))
    scene.take(post(2, "cats"))
    scene.loop.round()
    scene.order.commit(slow, [], [])
    scene.loop.round()
    assert scene.sink.ids() == ["demo:1", "demo:2"]


def test_of_two_processes_one_delivers_and_the_other_takes_over(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Pager()
    standby = scene.make(other)
    scene.take(post(1, "cats"))
    assert standby.round() == 0
    scene.loop.round()
    scene.redis.delete(scene.names.sink("pager"))  # it died, and its lease ended
    scene.take(post(2, "cats"))
    standby.round()
    assert (scene.sink.ids(), other.ids()) == (["demo:1"], ["demo:2"])


def test_process_that_was_too_slow_does_not_overwrite_the_position_of_another(scene: Scene) -> None:
    scene.take(post(1, "cats"))
    standby, other = Pager(), scene

    class Slow(Pager):
        def deliver(self, delivery: Delivery) -> None:
            super().deliver(delivery)
            other.redis.delete(other.names.sink("pager"))
            other.make(standby).round()

    scene.loop._position.release()
    slow = Slow()
    with pytest.raises(LeaseLost):
        scene.make(slow).round()
    assert slow.ids() == standby.ids() == ["demo:1"], "at least once: here twice"
    scene.redis.delete(scene.names.sink("pager"))
    assert scene.make(Pager()).round() == 0


def test_sink_that_was_away_gets_all_of_it_in_order_and_in_bounded_steps(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_loop, "DELIVERY_POSTS", 8)
    scene.loop._reader._step_posts = 20
    monkeypatch.setattr(change_reader, "STEP_POSTS", 20)
    for number in range(1, 51):
        scene.take(post(number, "cats"), post(100 + number, "dogs"))
    counts = [scene.loop.round() for _ in range(6)]
    assert counts == [10, 10, 10, 10, 10, 0], "twenty stored posts a round, of which it wants ten"
    assert scene.sink.ids() == [f"demo:{number}" for number in range(1, 51)]
    assert not any(delivery.missed for delivery in scene.sink.got)


def test_sink_that_is_behind_gets_the_next_step_at_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_reader, "STEP_POSTS", 20)
    scene.loop._reader._step_posts = 20
    for number in range(1, 51):
        scene.take(post(number, "cats"))
    pauses: list[float] = []

    def wait(pause_s: float) -> bool:
        pauses.append(pause_s)
        return len(pauses) == 4

    scene.loop._wait = wait
    scene.loop.run()
    assert pauses == [0.0, 0.0, delivery_loop.ROUND_S, delivery_loop.ROUND_S]
    assert len(scene.sink.ids()) == 50


def test_position_moves_where_the_store_is_too_slow_for_all_changes_at_once(scene: Scene) -> None:
    for number in range(1, 101):
        scene.take(post(number, "cats"))
    most = [1_000]

    class Slow:
        """A reading that times out for more than 30 posts."""

        def __init__(self, reading: Any) -> None:
            self.step_end, self._reading = reading.step_end, reading

        def changes(self, query: Query, *, after: int, until: int, **more: int) -> Changes:
            end = self.step_end(after, limit=30)
            if end is not None and end < until:
                raise QueryTimeout("the search was stopped")
            found: Changes = self._reading.changes(query, after=after, until=until, **more)
            most.append(len(found.bodies))
            return found

    @contextmanager
    def reading() -> Iterator[Any]:
        with scene.store.reading() as view:
            yield Slow(view)

    scene.loop._reader._store = lambda: SimpleNamespace(reading=reading)
    scene.loop._reader._step_posts = 100
    while scene.loop.round():
        pass
    assert scene.sink.ids() == [f"demo:{number}" for number in range(1, 101)]
    assert max(most[1:]) <= 30


def test_batch_of_more_than_a_step_comes_whole(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_reader, "STEP_POSTS", 20)
    monkeypatch.setattr(delivery_loop, "DELIVERY_POSTS", 30)
    scene.loop._reader._step_posts = 20
    scene.take(*(post(number, "cats") for number in range(1, 51)))
    scene.loop.round()
    assert scene.sink.ids() == [f"demo:{number}" for number in range(1, 51)]
    assert [delivery.missed for delivery in scene.sink.got] == [False, False]


def test_batch_of_more_than_can_be_read_is_marked_as_missed_and_the_newest_come(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(change_reader, "STEP_POSTS", 20)
    monkeypatch.setattr(change_reader, "MAX_POSTS_OF_ONE_NUMBER", 40)
    scene.loop._reader._step_posts = 20
    scene.take(*(post(number, "cats") for number in range(1, 51)))
    scene.loop.round()
    assert all(delivery.missed for delivery in scene.sink.got)
    assert scene.sink.ids() == [f"demo:{number}" for number in range(31, 51)]
    assert "misses some" in caplog.text
    scene.take(post(60, "cats"))
    scene.loop.round()
    assert scene.sink.ids()[-1] == "demo:60", "its position moved"


def test_new_sink_at_a_new_redis_does_not_get_the_stored_posts(scene: Scene) -> None:
    folded = fold_batch(RawBatch("demo", [RawRecord(T0, post(1, "cats"))]), normalise)
    scene.store.persist(folded.writes, 1_600_000_000_000_000)  # a number of an earlier Redis
    scene.loop.round()
    scene.take(post(2, "cats"))
    scene.loop.round()
    assert scene.sink.ids() == ["demo:2"]


def test_deleted_post_is_delivered_in_the_withdrawn_list(scene: Scene) -> None:
    scene.take(post(1, "cats"))
    scene.loop.round()
    scene.take(b'{"murmur":1,"kind":"delete","id":"demo:1","at":1700000000001}')
    scene.loop.round()
    assert [list(delivery.withdrawn) for delivery in scene.sink.got] == [[], ["demo:1"]]


def test_the_searches_of_sinks_are_registered_like_watched_ones(scene: Scene) -> None:
    assert [*scene.registry.changes(0).added.values()] == ["cats"]


def test_slow_sink_delays_no_other(scene: Scene) -> None:
    free = threading.Event()

    class Stuck(Pager):
        def deliver(self, delivery: Delivery) -> None:
            free.wait(20)
            super().deliver(delivery)

    stuck = Stuck()
    scene.loop._position.release()
    slow_store = SqliteStore(scene.directory)
    slow = scene.make(stuck)
    slow._reader._store = lambda: slow_store
    thread = threading.Thread(target=slow.round, daemon=True)
    scene.take(post(1, "cats"))
    thread.start()
    quick = Pager()
    loop = scene.make(quick)
    loop._position._keys = [scene.names.sink("other"), scene.names.sink_places("other")]
    loop.round()
    scene.take(post(2, "cats"))
    loop.round()
    assert quick.ids() == ["demo:2"]
    assert stuck.ids() == []
    free.set()
    thread.join(20)
    assert stuck.ids() == ["demo:1"]
    slow_store.close()
