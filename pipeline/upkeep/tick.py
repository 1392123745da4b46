"""Tick: the notice to every web process each second: posts stored, their rate, source statuses, an outage of the store.

As every notice does, it carries the low watermark. If the store is away, the ticker reports the outage and repeats the
last count; it waits for nothing.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.broker.counters import by_process
from pipeline.broker.keys import Names
from pipeline.broker.store_outage import OutageReporter, current_outage
from pipeline.errors import StoreError, StoreUnavailable
from pipeline.publish.publication_order import PublicationOrder
from pipeline.reader.source_status import read_statuses
from pipeline.store.contract import Store

log = logging.getLogger(__name__)

RATE_SPAN_S = 10.0
"""Seconds over which the rate of accepted posts is averaged."""


class Ticker:
    """Announces ticks. Belongs to one thread at a time."""

    def __init__(
        self, redis: Any, names: Names, order: PublicationOrder, store: Callable[[], Store], sources: tuple[str, ...]
    ) -> None:
        self._redis = redis
        self._names = names
        self._order = order
        self._store = store
        self._sources = sources
        self._outages = OutageReporter(redis, names)
        self._indexed = 0
        self._accepted: deque[tuple[float, dict[str, int]]] = deque()

    def tick(self) -> None:
        """Announce a tick; the message carries the low watermark, as every notice does."""
        notice = {
            "type": "tick",
            "indexed": self._count_indexed(),
            "rate": round(self._rate(), 1),
            "sources": read_statuses(self._redis, self._names, self._sources),
            "outage": current_outage(self._redis, self._names),
        }
        self._order.announce(msgspec.json.encode(notice))

    def _count_indexed(self) -> int:
        """Return the number of stored posts; while the store is away, the last count. A tick waits for nothing."""
        try:
            self._indexed = self._store().indexed()
        except StoreUnavailable as error:
            self._outages.report(str(error))
        except StoreError as error:
            log.warning("posts are not counted: %s", error)
        else:
            self._outages.report(None)
        return self._indexed

    def _rate(self) -> float:
        """Return accepted posts a second over the last `RATE_SPAN_S`, from the counters of all processes."""
        now = time.monotonic()
        counters = by_process(self._redis, self._names)
        accepted = {process: values.get("posts_accepted", 0) for process, values in counters.items()}
        self._accepted.append((now, accepted))
        while now - self._accepted[0][0] > RATE_SPAN_S:
            self._accepted.popleft()
        then, before = self._accepted[0]
        if now <= then:
            return 0.0
        return sum(max(0, count - before.get(process, 0)) for process, count in accepted.items()) / (now - then)
