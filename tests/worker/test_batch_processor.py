"""Records that fail, alone or with their whole batch: only they are set aside, and the others are published."""

from __future__ import annotations

import msgspec
import pytest
from redis import Redis

from pipeline.assembly import understand
from pipeline.broker.keys import Names
from pipeline.errors import StoreError
from pipeline.store import refused_posts
from pipeline.store.contract import Writes
from pipeline.store.elastic.cluster.client import client_of, path_to
from tests.store.elastic.stores import access, store_in
from tests.worker.one_worker import Worker, dying_over, failing_over, post

pytestmark = pytest.mark.redis


def test_one_unreadable_record_does_not_fail_its_batch(worker: Worker) -> None:
    worker.offer(post(1), b'{"murmur":1,"kind":"post"', post(2))
    worker.runner.run("b")
    assert worker.stored() == {"demo:1", "demo:2"}
    (letter,) = worker.dead.letters()
    assert letter.raw == b'{"murmur":1,"kind":"post"'
    assert "malformed" in letter.error
    assert worker.done()


def test_a_batch_wholly_in_the_dead_letters_is_done(worker: Worker) -> None:
    worker.offer(b"nonsense", b"{}")
    worker.runner.run("b")
    assert worker.done()
    assert worker.dead.size().letters == 2
    worker.runner.run("b")
    assert worker.dead.size().letters == 2


def test_bytes_that_are_no_batch_are_set_aside(worker: Worker) -> None:
    worker.claims.offer("b", b"not a batch")
    worker.runner.run("b")
    assert worker.done()
    assert [letter.raw for letter in worker.dead.letters()] == [b"not a batch"]


def test_after_three_failures_a_batch_is_tried_in_parts_and_only_the_poison_record_is_set_aside(worker: Worker) -> None:
    worker.offer(post(1), post(2), post(3))
    worker.fails = failing_over(2)
    for attempt in range(3):
        worker.runner.run("b")
        assert worker.enqueued == ["b"] * (attempt + 1)
        assert not worker.done()
    worker.runner.run("b")
    assert worker.stored() == {"demo:1", "demo:3"}
    (letter,) = worker.dead.letters()
    assert (letter.raw, letter.error) == (post(2), "RuntimeError: cannot digest this")
    assert worker.done()
    assert worker.enqueued == ["b"] * 3


def test_posts_of_a_batch_tried_in_parts_are_published(worker: Worker, redis_client: Redis, names: Names) -> None:
    query = understand("cats")
    worker.registry.register({query.key: query.canonical})
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.live(query.key))
    worker.offer(post(1), post(2))
    worker.fails = failing_over(2)
    for _ in range(4):
        worker.runner.run("b")
    received = [pubsub.get_message(timeout=1) for _ in range(2)][1]
    assert [one["id"] for one in msgspec.json.decode(received["data"].partition(b"\n")[2])] == ["demo:1"]


def test_a_post_that_the_store_refuses_is_set_aside_and_the_rest_is_published_in_the_same_attempt(
    worker: Worker, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_posts, "_problem", lambda one: "too great" if one.id == "demo:2" else "")
    query = understand("cats")
    worker.registry.register({query.key: query.canonical})
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.live(query.key))
    worker.offer(post(1), post(2), post(3))
    worker.runner.run("b")
    assert worker.done()
    assert worker.enqueued == []
    assert worker.stored() == {"demo:1", "demo:3"}
    assert [(letter.raw, letter.error) for letter in worker.dead.letters()] == [(post(2), "too great")]
    received = [pubsub.get_message(timeout=1) for _ in range(2)][1]
    assert [one["id"] for one in msgspec.json.decode(received["data"].partition(b"\n")[2])] == ["demo:1", "demo:3"]


def test_a_refused_record_takes_no_other_record_of_its_post_along(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_posts, "_problem", lambda one: "too great" if "dogs" in one.text else "")
    later = msgspec.json.encode(msgspec.json.decode(post(1)) | {"version": 10**12, "text": "cats and dogs"})
    worker.offer(post(1), later, post(2))
    worker.runner.run("b")
    assert worker.done()
    assert worker.stored() == {"demo:1", "demo:2"}
    assert [(letter.raw, letter.error) for letter in worker.dead.letters()] == [(later, "too great")]


def test_a_slow_store_is_given_time_and_no_record_is_condemned_for_it(worker: Worker) -> None:
    now_s = [0.0]

    def slow(writes: Writes) -> None:
        now_s[0] += 15.0
        failing_over(7)(writes)

    worker.offer(*(post(number) for number in range(20)))
    worker.fails = slow
    worker.processor._clock_s = lambda: now_s[0]
    runs = 0
    while not worker.done():
        runs += 1
        worker.runner.run("b")
        assert len(worker.enqueued) == min(runs, len(worker.enqueued)), "each time at once, behind the others"
        assert runs < 30
    assert runs > 5
    assert [letter.raw for letter in worker.dead.letters()] == [post(7)]
    assert worker.stored() == {f"demo:{number}" for number in range(20) if number != 7}


def test_a_broken_store_condemns_nothing(worker: Worker) -> None:
    def broken(_: Writes) -> None:
        raise StoreError("the disk image is malformed")

    worker.offer(post(1), post(2))
    worker.fails = broken
    for _ in range(8):
        worker.runner.run("b")
    assert worker.dead.size().letters == 0
    worker.fails = lambda _: None
    worker.runner.run("b")
    assert worker.stored() == {"demo:1", "demo:2"}
    assert worker.done()


def test_a_record_over_which_two_workers_died_is_poison(worker: Worker) -> None:
    worker.offer(post(1), post(2), post(3))
    for _ in range(3):
        worker.claims.take("b")  # three workers died over the whole batch
    for _ in range(2):
        claim = worker.claims.take("b")
        assert claim is not None
        steps = worker.processor.attempt(claim)
        worker.fails = dying_over(2)
        with pytest.raises(KeyboardInterrupt):
            for _ in steps:
                pass
    worker.fails = lambda _: None
    worker.runner.run("b")
    assert worker.stored() == {"demo:1", "demo:3"}
    assert [letter.raw for letter in worker.dead.letters()] == [post(2)]
    assert worker.done()


@pytest.mark.elasticsearch
def test_post_that_a_cluster_cannot_store_is_set_aside_alone(
    redis_client: Redis, names: Names, elasticsearch: str
) -> None:
    settings = access(elasticsearch)
    with store_in(settings) as store:
        wrong = {"mappings": {"properties": {"reach": {"type": "ip"}}}}
        client_of(settings).request("PUT", path_to(store.names.posts_of("2015")), wrong, into=msgspec.Raw)
        worker = Worker(redis_client, names, store=store)
        author = {"id": "1", "handle": "a", "followers": 5}
        worker.offer(post(1), post(2, created_at=1_430_000_000_000, author=author), post(3))
        worker.runner.run("b")
        assert worker.stored() == {"demo:1", "demo:3"}
        (letter,) = worker.dead.letters()
        assert "cannot store demo:2: " in letter.error
        assert worker.done()
