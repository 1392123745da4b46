"""A batch is retried at once, after growing pauses, or after an outage, and other batches do not wait for it."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from pipeline.assembly import understand
from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable, StoreUnavailable
from pipeline.publish.publication_order import PublicationOrder
from pipeline.store.contract import Writes
from pipeline.worker.batch_runner import OUTAGE_WAIT_S
from tests.worker.one_worker import Worker, failing_over, post

pytestmark = pytest.mark.redis


@pytest.mark.parametrize("outage", [StoreUnavailable("disk full"), BrokerUnavailable("gone")])
def test_an_outage_puts_the_batch_back_and_does_not_count(worker: Worker, outage: Exception) -> None:
    worker.offer(post(1))

    def away(_: Writes) -> None:
        raise outage

    worker.fails = away
    for _ in range(6):
        worker.runner.run("b")
    assert worker.enqueued == ["b"] * 6
    assert sum(worker.slept) <= 6 * 5.0
    worker.fails = lambda _: None
    worker.runner.run("b")
    assert (worker.stored(), worker.dead.size().letters, worker.done()) == ({"demo:1"}, 0, True)


def test_an_outage_of_the_store_is_reported_until_it_answers(worker: Worker) -> None:
    worker.offer(post(1))

    def away(_: Writes) -> None:
        raise StoreUnavailable("disk full")

    worker.fails = away
    worker.runner.run("b")
    worker.fails = lambda _: None
    worker.runner.run("b")
    assert worker.outages == ["disk full", None]


def test_a_runner_never_raises_even_if_the_queue_is_away_too(worker: Worker) -> None:
    worker.offer(post(1))
    worker.fails = failing_over(1)

    worker.queue_fails = True
    worker.runner.run("b")
    assert not worker.done()


def test_a_batch_that_cannot_be_committed_comes_again_later_and_later_and_starves_no_other(
    worker: Worker, redis_client: Redis, mute: Redis, names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    query = understand("cats")
    worker.registry.register({query.key: query.canonical})
    worker.offer(post(1), b"nonsense")
    worker.offer(post(2, "dogs"), batch_id="other")
    worker.processor._order = PublicationOrder(mute, names)
    waits = []
    for _ in range(12):
        worker.runner.run("b")
        due = redis_client.zscore(names.later, "b")
        waits.append(round(due / 1000 - time.time()) if due else 0)
    assert worker.enqueued == ["b"] * 3, "then by upkeep, not by itself"
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert worker.slept == [], "no other batch waits for it"
    assert sum(record.exc_info is not None for record in caplog.records) == 1
    worker.runner.run("other")
    assert worker.stored() == {"demo:1", "demo:2"}
    assert worker.dead.size().letters == 1, "set aside once, not with each attempt"
    worker.processor._order = PublicationOrder(redis_client, names)
    worker.runner.run("b")
    assert worker.done()


def test_a_batch_that_redis_refuses_to_give_out_is_taken_again_after_a_pause(
    worker: Worker, redis_client: Redis, names: Names
) -> None:
    worker.offer(post(1))
    redis_client.delete(names.attempts)
    redis_client.set(names.attempts, "not a hash")
    for _ in range(2):
        worker.runner.run("b")
    assert sum(worker.slept) == 2 * OUTAGE_WAIT_S
    assert worker.enqueued == ["b", "b"]
