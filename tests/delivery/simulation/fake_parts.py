"""Parts of a simulated world, all fakes in memory: fast enough for thousands of random runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pipeline.broker.keys import Names
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.worker.batch_processor import BatchProcessor
from tests.delivery.simulation.fake_matcher import FakeMatcher
from tests.delivery.simulation.fake_redis import FakeClaimCheck, FakeOrder, FakeRedis, FakeRegistry, NoOp
from tests.delivery.simulation.fake_store import FakeStore
from tests.delivery.simulation.post_rules import normalise_record, parse_key, record_of
from tests.delivery.simulation.world import Parts


class FakeBus:
    """Fake of a web process's Pub/Sub connection."""

    def __init__(self, redis: FakeRedis) -> None:
        self._redis = redis
        self._channels: set[str] = set()
        self.connect([])

    def subscribe(self, key: str) -> None:
        self._channels.add(self._redis.names.live(key))

    def received(self) -> Sequence[tuple[str, int, bytes]]:
        published, self._redis.published = self._redis.published, []
        return [one for one in published if one[0] in self._channels]

    def cut(self) -> None:
        self._redis.published.clear()
        self._channels = set()

    def connect(self, keys: Sequence[str]) -> None:
        self._redis.published.clear()
        self._channels = {self._redis.names.notices, *map(self._redis.names.live, keys)}


class PassAllIntake:
    """Intake filter that keeps every post. `early` breaks a rule: it reads the registry before persisting."""

    def __init__(self, early: Callable[[], None] | None) -> None:
        self._early = early

    def filter(self, writes: Any, *, whole: bool = False) -> Any:
        if self._early is not None:
            self._early()
        return writes


def fake_parts(broken: str = "") -> Parts:
    """Return the parts of a world, with one rule of the protocol broken ("": none)."""
    names = Names("m")
    redis = FakeRedis(names, broken)
    claims, order, registry = FakeClaimCheck(redis), FakeOrder(redis), FakeRegistry(redis)
    store = FakeStore(broken)

    def worker() -> BatchProcessor:
        following: Any = MatcherReplica(registry, FakeMatcher(), parse_key)  # type: ignore[arg-type]
        early = None
        if broken == "registry read before persisting":
            early, following.follow = following.follow, lambda: None
        nothing: Any = NoOp()
        parts: dict[str, Any] = {"claims": claims, "order": order, "store": store, "following": following}
        parts |= {"intake": PassAllIntake(early), "dead": nothing, "counters": nothing}
        return BatchProcessor(names=names, normalise=normalise_record, **parts)

    return Parts(
        names=names,
        claims=claims,
        order=order,
        registry=registry,
        store=store,
        bus=FakeBus(redis),
        worker=worker,
        lapse=redis.lapsed.add,
        query=parse_key,
        record=record_of,
        broken=broken,
        refuse=store.refuse,
        fail_commit=lambda after: setattr(redis, "fails_after", after),
    )
