"""Deleted posts leave the store with what depends on them, every watcher learns of it, and none comes back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.queue.batch import FORGET
from pipeline.store.plan import deletions
from pipeline.worker import batch_processor
from tests.worker.one_worker import Worker, failing_over, post

pytestmark = pytest.mark.redis


GONE = b'{"murmur":1,"kind":"delete","id":"demo:1","at":1700000000000}'


FORGOTTEN = b'{"murmur":1,"kind":"forget","id":"","author":{"id":"1","handle":""}}'


def announced_deletions(listening: Any) -> list[list[str]]:
    """Return the ids of each notice of deletions received so far."""
    notices = []
    while (message := listening.get_message(timeout=0.2)) is not None:
        if message["type"] == "message":
            notice = msgspec.json.decode(message["data"].partition(b"\n")[2])
            notices.append(notice["ids"])
    return notices


def test_a_deleted_post_does_not_come_back(worker: Worker) -> None:
    worker.offer(post(1), GONE, post(2))
    worker.runner.run("b")
    worker.offer(post(1), batch_id="b2")
    worker.runner.run("b2")
    assert worker.stored() == {"demo:2"}


@pytest.mark.parametrize("deletion", [GONE, FORGOTTEN])
@pytest.mark.parametrize("deaths", [1, 2])
def test_posts_removed_with_a_deletion_are_announced_although_the_worker_died(
    worker: Worker, redis_client: Redis, names: Names, deletion: bytes, deaths: int
) -> None:
    worker.offer(post(1), post(2, repost_of="demo:1"), post(3, author={"id": "2", "handle": "b"}))
    worker.runner.run("b")
    listening = redis_client.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(names.notices)
    assert listening.get_message(timeout=5)
    worker.offer(deletion, batch_id="b2", label=FORGET if deletion is FORGOTTEN else "demo")
    for _ in range(deaths):
        claim = worker.claims.take("b2")
        assert claim is not None
        assert "persisted" in worker.processor.attempt(claim)  # and no step after it
    worker.runner.run("b2")
    message = listening.get_message(timeout=5)
    assert message is not None
    notices = msgspec.json.decode(message["data"].partition(b"\n")[2])
    assert notices["type"] == "deleted"
    assert set(notices["ids"]) == {"demo:1", "demo:2"}
    listening.close()


def test_deletion_of_a_post_with_many_reposts_is_announced_in_portions_and_ends(
    worker: Worker, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletions, "MAX_REMOVED", 3)
    worker.offer(post(1), *(post(n, "", repost_of="demo:1") for n in range(2, 12)), post(20))
    worker.runner.run("b")
    listening = redis_client.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(names.notices)
    worker.offer(GONE, post(21), batch_id="gone")
    worker.runner.run("gone")
    notices = announced_deletions(listening)
    assert max(map(len, notices)) <= 4
    assert {post_id for ids in notices for post_id in ids} == {f"demo:{n}" for n in range(1, 12)}
    assert worker.stored() == {"demo:20", "demo:21"}
    assert worker.done()
    assert worker.enqueued == []


@pytest.mark.parametrize("one_by_one", [False, True])
def test_deletion_that_takes_longer_than_an_attempt_goes_on_in_the_next(
    worker: Worker, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch, *, one_by_one: bool
) -> None:
    monkeypatch.setattr(deletions, "MAX_REMOVED", 3)
    monkeypatch.setattr(batch_processor, "DELETION_BUDGET_S", 0.0)
    worker.offer(post(1), *(post(n, "", repost_of="demo:1") for n in range(2, 12)), post(20))
    worker.runner.run("b")
    listening = redis_client.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(names.notices)
    worker.offer(GONE, post(21), batch_id="gone")
    if one_by_one:
        worker.fails = failing_over(21)
        for _ in range(3):
            worker.claims.take("gone")
    attempts = 0
    while not worker.done():
        attempts += 1
        assert attempts <= 6, "each finds less"
        worker.runner.run("gone")
    assert attempts > 1, "one attempt has time for some only"
    assert {post_id for ids in announced_deletions(listening) for post_id in ids} == {f"demo:{n}" for n in range(1, 12)}
    assert worker.stored() == {"demo:20"} | (set() if one_by_one else {"demo:21"})
    assert worker.dead.size().letters == int(one_by_one)
