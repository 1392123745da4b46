"""Delivery loop of one sink: reads the changes of its searches from the store, delivers them and notes the position.

Holds the sink's lease, so that one process delivers, and keeps the searches registered as standing searches. Reads up
to the low watermark (`safe`), below which everything is stored (docs/design/delivery.md). The loop misses nothing,
whichever process dies in between; a delivery whose position was not noted comes again. After failures of sink, store or
Redis it waits, twice as long each time, up to a minute. A new search is delivered from now on.
Imported posts are passed over, unless the sink takes them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import LeaseLost, MurmurError
from pipeline.match.search_registry import Registry
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.tree import Query
from pipeline.sinks.change_reader import ChangeReader, decode_body
from pipeline.sinks.contract import Delivery, Sink
from pipeline.sinks.sink_lease import SinkPosition
from pipeline.store.contract import Store

log = logging.getLogger(__name__)

DELIVERY_POSTS = 100
"""Most posts of one delivery."""

ROUND_S = 1.0
"""Seconds between two rounds while a sink is up to date."""

MAX_PAUSE_S = 60.0
"""Longest pause in seconds after failures."""


class DeliveryLoop:
    """Delivers some searches to one sink. Belongs to one thread."""

    def __init__(
        self,
        name: str,
        sink: Sink,
        searches: Sequence[Query],
        *,
        redis: Redis,
        names: Names,
        order: PublicationOrder,
        registry: Registry,
        store: Callable[[], Store],
        wait: Callable[[float], bool],
    ) -> None:
        self._name = name
        self._sink = sink
        self._searches = searches
        self._order = order
        self._registry = registry
        self._wait = wait
        self._position = SinkPosition(name, redis, names)
        self._reader = ChangeReader(name, store)
        self._opened = False
        self._delivered_to = -1
        self._behind = False

    def run(self) -> None:
        """Deliver until `wait` returns True. After a failure the pause doubles, up to a minute."""
        failures = 0
        while True:
            try:
                self.round()
                failures = 0
            except LeaseLost:
                log.warning("sink %s lost its lease: another process delivers now", self._name)
            except MurmurError as error:
                log.warning("sink %s waits for the store or Redis: %s", self._name, error)
                failures += 1
            except Exception as error:  # noqa: BLE001 - any exception of a sink means: not now
                log.warning("sink %s failed and will be retried: %s: %s", self._name, type(error).__name__, error)
                self._opened = False
                failures += 1
            pause_s = min(MAX_PAUSE_S, ROUND_S * 2 ** min(failures, 10))
            if self._wait(0.0 if self._behind and not failures else pause_s):
                break
        self._position.release()

    def round(self) -> int:
        """Deliver at most one step of each search; return the count of posts.

        Raises:
            LeaseLost: another process has taken over this sink.
            MurmurError: store or Redis cannot be reached. Any other exception comes from the sink.
        """
        if not self._position.hold():
            return 0
        self._registry.register({query.key: query.canonical for query in self._searches})
        if not self._opened:
            self._sink.open()
            self._opened = True
        safe = self._order.safe()
        if safe == self._delivered_to:
            return 0
        self._behind = False
        count = sum(self._deliver(query, safe) for query in self._searches)
        if not self._behind:
            self._delivered_to = safe
        return count

    def _deliver(self, query: Query, safe: int) -> int:
        position = self._position.of(query.key)
        if position is None:  # a new search is delivered from now on
            self._position.note(query.key, safe)
            return 0
        if position >= safe:  # up to date, or the position comes from another Redis
            return 0
        until, changes = self._reader.read(query, position, safe)
        self._behind |= until < safe
        posts = [decode_body(body) for body in reversed(changes.bodies)]
        if not getattr(self._sink, "takes_imported", False):
            posts = [post for post in posts if not post.get("imported")]
        retracted = [post_id for post_id, _ in changes.retracted]
        parts = [posts[start : start + DELIVERY_POSTS] for start in range(0, len(posts), DELIVERY_POSTS)]
        if not parts and (retracted or changes.tombstones or changes.overflow):
            parts = [[]]
        for number, part in enumerate(parts):
            first = number == 0
            self._sink.deliver(
                Delivery(
                    query.canonical,
                    part,
                    retracted if first else (),
                    changes.tombstones if first else (),
                    missed=changes.overflow,
                )
            )
            self._position.note(query.key, position)
        self._position.note(query.key, until)
        return len(posts)
