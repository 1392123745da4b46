"""Feeds one sink: what happened to its searches since its place, out of the store; the place moves after delivery.

The place is a publication number. Everything numbered up to `safe` is in the store (docs/delivery.md), so reading what
came after the place and moving it to a `safe` read before that misses nothing, whoever died in between; what was
delivered and not noted comes again. A lease keeps two processes from delivering the same side by side.

No read grows with the time a sink was away: it is brought up in steps of so many posts, each delivered and noted before
the next is read, and smaller ones where the store takes too long.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import asking
from pipeline.errors import LeaseLost, MurmurError, QueryTimeout
from pipeline.match.search_registry import Registry
from pipeline.publish.order import Order
from pipeline.query.tree import Query
from pipeline.sinks.contract import Delivery, Sink
from pipeline.store.contract import Changes, Reading, Store

log = logging.getLogger(__name__)

LEASE_MS = 30_000
AT_ONCE = 1_000
"""So many stored posts and tombstones are looked at in one step, whether they match or not."""
AT_LEAST = 10
"""Steps become no smaller than this where the store takes too long."""
UNDER_ONE_NUMBER = 20_000
"""So much is read where more than a step shares one number, as where an account is withdrawn. Of what goes beyond that
a sink gets the newest matches, and is told."""
TOGETHER = 100
"""So many posts to one delivery."""
ROUND_S = 1.0
LONGEST_PAUSE_S = 60.0

# KEYS: lease   ARGV: token, lease ms
_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# A place never goes back: another process may have had the lease in between, and moved it further.
# KEYS: lease, places   ARGV: token, lease ms, key of a search, its place
_MOVE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or '-1') < tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
end
return 1
"""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Feeder:
    """Feeds one sink with some searches. Belongs to one thread."""

    def __init__(
        self,
        name: str,
        sink: Sink,
        searches: Sequence[Query],
        *,
        redis: Redis,
        names: Names,
        order: Order,
        registry: Registry,
        store: Callable[[], Store],
        wait: Callable[[float], bool],
    ) -> None:
        self._name = name
        self._sink = sink
        self._searches = searches
        self._redis: Any = redis  # its types are those of both worlds, answers here are bytes
        self._order = order
        self._registry = registry
        self._store = store
        self._wait = wait
        self._keys = [names.sink(name), names.sink_places(name)]
        self._token = secrets.token_hex(8)
        self._hold = redis.register_script(_HOLD)
        self._move = redis.register_script(_MOVE)
        self._opened = False
        self._seen = -1
        self._at_once = AT_ONCE
        self._behind = False

    def run(self) -> None:
        """Deliver until `wait` tells to end. A sink that raises is asked again, later and later, up to a minute."""
        failures = 0
        while True:
            try:
                self.round()
                failures = 0
            except LeaseLost:
                log.warning("sink %s was slow, and another process delivers now", self._name)
            except MurmurError as error:
                log.warning("sink %s waits: %s", self._name, error)
                failures += 1
            except Exception as error:  # noqa: BLE001 - whatever a sink raises means: not now
                log.warning("sink %s will be asked again: %s: %s", self._name, type(error).__name__, error)
                self._opened = False
                failures += 1
            pause_s = min(LONGEST_PAUSE_S, ROUND_S * 2 ** min(failures, 10))
            if self._wait(0.0 if self._behind and not failures else pause_s):
                break
        self._let_go()

    def round(self) -> int:
        """Deliver what there is, of each search one step at most; return how many posts.

        Raises:
            LeaseLost: another process delivers to this sink by now.
            MurmurError: store or Redis are away. Anything else is the sink's.
        """
        with asking():
            held = self._hold(keys=self._keys[:1], args=[self._token, LEASE_MS])
        if not held:
            return 0
        self._registry.register({query.key: query.canonical for query in self._searches})
        if not self._opened:
            self._sink.open()
            self._opened = True
        safe = self._order.safe()
        if safe == self._seen:
            return 0
        self._behind = False
        count = sum(self._deliver(query, safe) for query in self._searches)
        if not self._behind:
            self._seen = safe
        return count

    def _deliver(self, query: Query, safe: int) -> int:
        with asking():
            told = self._redis.hget(self._keys[1], query.key)
        if told is None:  # a new search: from now on
            self._note(query, safe)
            return 0
        place = int(told)
        if place >= safe:  # it is there, or this is another Redis than the one it comes from
            return 0
        until, changes = self._step(query, place, safe)
        self._behind |= until < safe
        posts = [_decode(body) for body in reversed(changes.bodies)]
        gone = [post_id for post_id, _ in changes.retracted]
        parts = [posts[start : start + TOGETHER] for start in range(0, len(posts), TOGETHER)]
        if not parts and (gone or changes.tombstones or changes.overflow):
            parts = [[]]
        for number, part in enumerate(parts):
            first = number == 0
            self._sink.deliver(
                Delivery(
                    query.canonical,
                    part,
                    gone if first else (),
                    changes.tombstones if first else (),
                    missed=changes.overflow,
                )
            )
            self._note(query, place)
        self._note(query, until)
        return len(posts)

    def _step(self, query: Query, place: int, safe: int) -> tuple[int, Changes]:
        """Return a number up to `safe`, and what happened from the place up to it. (What is stored and not published
        yet comes with a later place, and not twice.)

        Raises:
            QueryTimeout: the store is too slow for the smallest of steps.
        """
        while True:
            try:
                with self._store().reading() as reading:
                    stride = reading.step_end(place, limit=self._at_once)
                    until = safe if stride is None else min(stride, safe)
                    changes = self._changes(reading, query, place, until)
            except QueryTimeout:
                if self._at_once <= AT_LEAST:
                    raise
                self._at_once = max(AT_LEAST, self._at_once // 4)
                log.info("sink %s goes on in steps of %d posts: the store is slow", self._name, self._at_once)
            else:
                self._at_once = min(AT_ONCE, self._at_once + AT_LEAST)
                return until, changes

    def _changes(self, reading: Reading, query: Query, place: int, until: int) -> Changes:
        for limit in (self._at_once, UNDER_ONE_NUMBER):
            changes = reading.changes(query, after=place, removed_after=place, limit=limit, until=until)
            if not changes.overflow:
                return changes
        log.warning("sink %s misses some of %s: too much happened under one number", self._name, query.canonical)
        newest = reading.search(query, limit=AT_ONCE).bodies
        return Changes(
            [body for body in newest if place < _decode(body)["seq"] <= until],
            tombstones=reading.deleted_ids(place, limit=UNDER_ONE_NUMBER, until=until),
            overflow=True,
        )

    def _note(self, query: Query, place: int) -> None:
        """Renew the lease and note a place.

        Raises:
            LeaseLost: another process has the sink.
        """
        with asking():
            if not self._move(keys=self._keys, args=[self._token, LEASE_MS, query.key, place]):
                raise LeaseLost(self._name)

    def _let_go(self) -> None:
        try:
            with asking():
                if self._redis.get(self._keys[0]) == self._token.encode():
                    self._redis.delete(self._keys[0])
        except MurmurError:
            log.debug("the lease of sink %s ends by itself", self._name)
