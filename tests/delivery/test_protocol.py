"""The delivery protocol over random interleavings: no watcher ever misses or repeats a post, and broken rules show.

`PROTOCOL_RUNS` in the environment makes it more runs than the default.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pipeline.broker.keys import Names
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.worker.ingest import Ingest, Stages
from tests.delivery import twins
from tests.delivery.world import Parts, run

RUNS = int(os.environ.get("PROTOCOL_RUNS", "1500"))
MUTANT_RUNS = 12_000


class BusTwin:
    """A Pub/Sub connection to the twin of Redis."""

    def __init__(self, redis: twins.Redis) -> None:
        self._redis = redis
        self._channels: set[str] = set()
        self.connect([])

    def subscribe(self, key: str) -> None:
        self._channels.add(self._redis.names.live(key))

    def heard(self) -> Sequence[tuple[str, int, bytes]]:
        heard, self._redis.heard = self._redis.heard, []
        return [one for one in heard if one[0] in self._channels]

    def cut(self) -> None:
        self._redis.heard.clear()
        self._channels = set()

    def connect(self, keys: Sequence[str]) -> None:
        self._redis.heard.clear()
        self._channels = {self._redis.names.notices, *map(self._redis.names.live, keys)}


class Passing:
    """Takes everything in. Broken, it is where the registry is read: before persisting."""

    def __init__(self, early: Callable[[], None] | None) -> None:
        self._early = early

    def wanted(self, writes: Any) -> Any:
        if self._early is not None:
            self._early()
        return writes


def parts_of_twins(broken: str = "") -> Parts:
    """Return a world's parts, all in memory, with one rule broken."""
    names = Names("m")
    redis = twins.Redis(names, broken)
    claims, order, registry = twins.ClaimsTwin(redis), twins.OrderTwin(redis), twins.RegistryTwin(redis)
    store = twins.StoreTwin(broken)

    def worker() -> Ingest:
        following: Any = MatcherReplica(registry, twins.MatcherTwin(), twins.parse_twin)  # type: ignore[arg-type]
        early = None
        if broken == "registry read before persisting":
            early, following.follow = following.follow, lambda: None
        nothing: Any = twins.Nothing()
        stages: dict[str, Any] = {"claims": claims, "order": order, "store": store, "following": following}
        stages |= {"tracking": Passing(early), "dead": nothing, "counters": nothing, "enqueue": nothing}
        return Ingest(Stages(names=names, normalise=twins.normalise_twin, **stages))

    return Parts(
        names=names,
        claims=claims,
        order=order,
        registry=registry,
        store=store,
        bus=BusTwin(redis),
        ingest=worker,
        lapse=redis.lapsed.add,
        query=twins.parse_twin,
        record=twins.record_twin,
        broken=broken,
        refuse=store.refuse,
        fail_commit=lambda after: setattr(redis, "fails_after", after),
    )


def test_nobody_misses_or_repeats_a_post() -> None:
    for seed in range(RUNS):
        wrong = run(parts_of_twins(), seed)
        assert not wrong, f"seed {seed}: {wrong}"


# A world that notices each, so that it is not looked for among thousands; where none does any more, the others are.
NOTICED = {
    "the highest number": 7,
    "the batch's own number": 16,
    "registry read before persisting": 79,
    "no owner token": 3213,
    "tombstones not announced again": 3541,
    "what a dead attempt withdrew is told by nobody": 10727,
    "no gone in answers": 12,
    "clients without memory of gone": 628,
    "a lower bound read after SUBSCRIBE": 2254,
    "a store not refreshed": 0,
    "refill from now": 102,
    "edited told of searches that came since": 128,
    "messages of a commit that cover each other": 3657,
    "compared with what nobody was told": 2422,
    "a commit that removes its batch first": 929,
    "a refused post published": 17,
    "a refused post that fails its batch": 17,
    "too much is taken for all": 19,
}


@pytest.mark.parametrize("broken", NOTICED)
def test_a_broken_rule_is_noticed(broken: str) -> None:
    seeds = (NOTICED[broken], *range(MUTANT_RUNS))
    assert any(run(parts_of_twins(broken), seed) for seed in seeds)
