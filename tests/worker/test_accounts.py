"""Accounts that are off for now: every watcher loses their posts, and gets them back, in bounded portions."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.store.plan import deletions
from pipeline.worker import batch_processor
from tests.worker.one_worker import Worker

pytestmark = pytest.mark.redis

DID = "did:plc:ann"
AT_MS = 1_700_000_000_000


def written(number: int) -> bytes:
    """Return a Jetstream event of a post."""
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": f"3k{number}", "rev": "x"}
    event = {
        "did": DID,
        "time_us": (AT_MS + number) * 1000,
        "kind": "commit",
        "commit": commit | {"record": {"text": "cats"}},
    }
    return json.dumps(event).encode()


def account(active: bool, second: int) -> bytes:
    """Return a Jetstream event of an account that is off, or back."""
    body = {"active": active, "time": f"2023-11-14T22:13:{20 + second}Z"}
    return json.dumps({"did": DID, "time_us": AT_MS * 1000, "kind": "account", "account": body}).encode()


class Watcher:
    """Watcher of one search: the posts it shows after all messages received so far."""

    def __init__(self, worker: Worker, redis: Redis, names: Names) -> None:
        worker.registry.register({"all": "*"})
        self._listening: Any = redis.pubsub()  # type: ignore[no-untyped-call]
        self._listening.subscribe(names.notices, names.live("all"))
        self.shown: dict[str, int] = {}
        self.largest = 0

    def ids(self) -> set[str]:
        """Return the record keys of the posts shown now."""
        while (message := self._listening.get_message(timeout=0.2)) is not None:
            if message["type"] == "message":
                self._apply(msgspec.json.decode(message["data"].split(b"\n")[1]))
        return {post_id.rpartition("/")[2] for post_id in self.shown}

    def _apply(self, content: Any) -> None:
        if isinstance(content, list):
            self.shown |= {one["id"]: one["version"] for one in content}
            return
        for post_id, version, keys in content["posts"] if content["type"] == "edited" else ():
            self.largest = max(self.largest, len(content["posts"]))
            if not keys and self.shown.get(post_id, version) <= version:
                self.shown.pop(post_id, None)


@pytest.fixture
def watcher(worker: Worker, redis_client: Redis, names: Names) -> Watcher:
    return Watcher(worker, redis_client, names)


def run(worker: Worker, batch_id: str, *records: bytes) -> None:
    worker.offer(*records, batch_id=batch_id, label="bluesky")
    worker.runner.run(batch_id)


def test_watcher_loses_the_posts_of_an_account_that_is_off_and_gets_them_back(
    worker: Worker, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletions, "MAX_REMOVED", 3)
    run(worker, "posts", *(written(number) for number in range(10)))
    assert watcher.ids() == {f"3k{number}" for number in range(10)}
    run(worker, "off", account(False, 1))
    assert (watcher.ids(), worker.stored()) == (set(), set())
    assert watcher.largest <= 3
    run(worker, "back", account(True, 2))
    assert watcher.ids() == {f"3k{number}" for number in range(10)}
    run(worker, "late", account(False, 1))
    assert len(worker.stored()) == len(watcher.ids()) == 10, "what another server tells late is older"
    assert worker.done()


@pytest.mark.parametrize("steps", range(1, 6))
def test_worker_that_dies_at_any_step_leaves_no_watcher_behind(
    worker: Worker, watcher: Watcher, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr(deletions, "MAX_REMOVED", 2)
    run(worker, "posts", *(written(number) for number in range(5)))
    for number, (active, shown) in enumerate([(False, 0), (True, 5)]):
        worker.offer(account(active, number), batch_id=str(number), label="bluesky")
        claim = worker.claims.take(str(number))
        assert claim is not None
        for _, _step in zip(range(steps), worker.processor.attempt(claim), strict=False):
            pass
        worker.runner.run(str(number))
        assert len(worker.stored()) == len(watcher.ids()) == shown


def test_account_work_that_takes_long_goes_on_in_the_next_turn(
    worker: Worker, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletions, "MAX_REMOVED", 2)
    monkeypatch.setattr(batch_processor, "DELETION_BUDGET_S", -1.0)
    run(worker, "posts", *(written(number) for number in range(5)))
    for number, (active, shown) in enumerate([(False, 0), (True, 5)]):
        worker.offer(account(active, number), batch_id=str(number), label="bluesky")
        for _ in range(20):
            worker.runner.run(str(number))
        assert worker.done()
        assert len(worker.stored()) == len(watcher.ids()) == shown


def test_batch_with_departure_and_return_changes_nothing(worker: Worker, watcher: Watcher) -> None:
    run(worker, "all", written(1), account(True, 3), account(False, 1), written(2))
    assert watcher.ids() == {"3k1", "3k2"}
