"""Random runs on real parts: Valkey, a store, normaliser, parser and matcher. Workers die between steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis import Redis

from pipeline.assembly import understand
from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.match.search_registry import Registry
from pipeline.normalise import normalise
from pipeline.post import Event
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.document import describe
from pipeline.query.tree import Query
from pipeline.queue.batch import FORGET
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.dead_letters import DeadLetters
from pipeline.store.contract import Store
from pipeline.store.elastic import ElasticStore
from pipeline.store.sqlite import SqliteStore
from pipeline.worker.batch_processor import BatchProcessor
from pipeline.worker.intake_filter import IntakeFilter
from tests.delivery.simulation.post_rules import ACCOUNT, ACCOUNT_POSTS, KEYS, REUSED, VERSION_STEP, matching
from tests.delivery.simulation.random_run import run
from tests.delivery.simulation.world import Parts
from tests.store.elastic.stores import access, store_in

pytestmark = pytest.mark.redis

RUNS = int(os.environ.get("PROTOCOL_REAL_RUNS", "12"))
ELASTIC_RUNS = int(os.environ.get("PROTOCOL_ELASTIC_RUNS", "3"))


class RealBus:
    """A web process's Pub/Sub connection to a real Valkey."""

    def __init__(self, url: str, names: Names) -> None:
        self._redis = Redis.from_url(url)
        self._names = names
        self._pubsub: Any = None
        self._backlog: list[tuple[str, int, bytes]] = []
        self.connect([])

    def subscribe(self, key: str) -> None:
        if self._pubsub is not None:
            self._pubsub.subscribe(self._names.live(key))
            self._backlog += self._until_pong()

    def received(self) -> Sequence[tuple[str, int, bytes]]:
        if self._pubsub is None:
            return []
        messages, self._backlog = [*self._backlog, *self._until_pong()], []
        return messages

    def cut(self) -> None:
        self._pubsub.close()
        self._pubsub = None

    def connect(self, keys: Sequence[str]) -> None:
        self._backlog = []
        self._pubsub = self._redis.pubsub()  # type: ignore[no-untyped-call]
        self._pubsub.subscribe(self._names.notices, *[self._names.live(key) for key in keys])
        self._backlog += self._until_pong()

    def _until_pong(self) -> list[tuple[str, int, bytes]]:
        """Return all messages published before now: the answers of one connection come in order."""
        self._pubsub.ping()
        messages = []
        while (message := self._pubsub.get_message(timeout=5)) is None or message["type"] != "pong":
            assert message is not None, "no pong"
            if message["type"] == "message":
                safe, _, payload = message["data"].partition(b"\n")
                messages.append((message["channel"].decode(), int(safe), payload))
        return messages

    def close(self) -> None:
        if self._pubsub is not None:
            self._pubsub.close()
        self._redis.close()


def _record(post_id: str, version: int | None) -> bytes:
    if post_id == ACCOUNT:
        return b'{"murmur":1,"kind":"forget","id":"","author":{"id":"2","handle":""},"at":1800000000000}'
    if version is None or version < 0:
        at = 1_700_000_000_000 if version is None else -version
        return b'{"murmur":1,"kind":"delete","id":"%b","at":%d}' % (post_id.encode(), at)
    words = " ".join(f"word{key}" for key in KEYS if matching(key, post_id, version))
    author = {"id": "2" if post_id in ACCOUNT_POSTS else "1", "handle": "somebody"}
    record = {
        "murmur": 1,
        "id": post_id,
        "version": _told_version(post_id, version),
        "source": post_id.partition(":")[0],
    }
    return msgspec.json.encode(record | {"created_at": 1_700_000_000_000, "author": author, "text": f"it says {words}"})


def _told_version(post_id: str, version: int) -> int:
    """Return the version that a record tells: two after each other tell the same, and the one heard later counts."""
    if post_id == REUSED:
        return version
    return version - (version - VERSION_STEP) % (2 * VERSION_STEP)


def _by_kind(raw: bytes, source: str, received_at: int, instance: str) -> list[Event]:
    """Normalise a record under the label that its kind needs; a world mixes kinds in one batch."""
    label = FORGET if b'"forget"' in raw else "stdin" if REUSED.encode() in raw else source
    return normalise(raw, label, received_at, instance)


def _query(key: str) -> Query:
    return understand(f"word{key}")


@pytest.mark.parametrize("seed", range(RUNS))
def test_no_watcher_misses_or_repeats_a_post_on_real_parts(
    seed: int, valkey: str, names: Names, tmp_path: Path
) -> None:
    _assert_exact(seed, valkey, names, lambda: SqliteStore(tmp_path))


@pytest.mark.elasticsearch
@pytest.mark.parametrize("seed", range(1_000, 1_000 + ELASTIC_RUNS))
def test_no_watcher_misses_or_repeats_a_post_on_a_store_that_refreshes_late(
    seed: int, valkey: str, names: Names, elasticsearch: str
) -> None:
    settings = access(elasticsearch)
    with store_in(settings):
        _assert_exact(seed, valkey, names, lambda: ElasticStore(settings))


def _assert_exact(seed: int, valkey: str, names: Names, make_store: Callable[[], Store]) -> None:
    """Run a world, and check that each watcher ends with the posts that the store holds."""
    redis = Redis.from_url(valkey)
    claims, order, registry = ClaimCheck(redis, names), PublicationOrder(redis, names), Registry(redis, names)
    stores: list[Store] = []

    def open_one() -> Store:
        stores.append(make_store())
        return stores[-1]

    def make_worker() -> BatchProcessor:
        matcher = MemoryMatcher()
        return BatchProcessor(
            names=names,
            claims=claims,
            order=order,
            store=open_one(),
            following=MatcherReplica(registry, matcher, understand),
            intake=IntakeFilter(lambda: "*", understand, describe, matcher),
            dead=DeadLetters(redis, names),
            counters=Counters(redis, names, "test"),
            normalise=_by_kind,
        )

    workers = [make_worker() for _ in range(3)]
    turn = iter(range(10**9))
    bus = RealBus(valkey, names)

    def lapse(key: str) -> None:
        if redis.zscore(names.searches_lease, key) is not None:
            redis.zadd(names.searches_lease, {key: 1})

    parts = Parts(
        names=names,
        claims=claims,
        order=order,
        registry=registry,
        store=open_one(),
        bus=bus,
        worker=lambda: workers[next(turn) % 3],
        lapse=lapse,
        query=_query,
        record=_record,
    )
    try:
        wrong = run(parts, seed)
        assert not wrong, f"seed {seed}: {wrong}"
        errors = {letter.error for letter in DeadLetters(redis, names).letters()}
        assert errors <= {"a worker died over it"}
        assert redis.zcard(names.inflight) == 0
        assert claims.backlog().batches == 0
    finally:
        bus.close()
        redis.close()
        for store in stores:
            store.close()
