"""What a search missed while the line to Redis was away, or its registration: read from the store, framed once.

The steps and their order are those of docs/delivery.md ("Connection lost"). Four searches at a time.
"""

from __future__ import annotations

import logging
import random

import gevent
from gevent.pool import Pool

from pipeline.errors import MurmurError
from pipeline.publish.messages import portions
from pipeline.publish.order import Order
from web.hub import Hub, Search
from web.protocol import MAX_CATCH_UP, Deleted, Gone, frames, posts_frame
from web.readings import Readings

log = logging.getLogger("web.refill")

AT_ONCE = 4


class Refill:
    """Brings searches up to date."""

    def __init__(self, hub: Hub, order: Order, readings: Readings) -> None:
        self._hub = hub
        self._order = order
        self._readings = readings
        self._pool = Pool(AT_ONCE)
        self._running: set[Search] = set()

    def run(self, searches: list[Search]) -> None:
        """Begin with these, beside those that are under way; returns at once."""
        fresh = [search for search in searches if search not in self._running]
        self._running |= set(fresh)
        if fresh:
            gevent.spawn(lambda: self._pool.map(self._one, fresh))

    @property
    def pending(self) -> int:
        """How many searches are not up to date."""
        return len(self._running)

    def _one(self, search: Search) -> None:
        try:
            wait_s = 0.1
            while search.watchers:
                search.wait_for_line()
                since = search.refill_from
                if since is None:
                    return  # whole, or nobody watched it when the line came back
                try:
                    if self._attempt(search, since):
                        return
                except MurmurError as error:
                    log.warning("what %s missed cannot be read yet: %s", search.key, error)
                except Exception:
                    log.exception("what %s missed was not read", search.key)
                else:
                    continue
                gevent.sleep(wait_s * random.uniform(0.5, 1.0))
                wait_s = min(2.0, wait_s * 2)
            search.refill_from = None
        finally:
            self._running.discard(search)

    def _attempt(self, search: Search, since: int) -> bool:
        hub = self._hub
        losses = hub.counts["lost"]
        if not search.listening.is_set():
            return False  # the line went between the wait and now
        query = search.query
        hub.register(query)
        doubt = search.doubt
        hub.believe(search)
        safe = self._order.safe()
        changes = self._readings.read(
            lambda reading: reading.changes(query, after=since, gone_after=since, limit=MAX_CATCH_UP)
        )
        if hub.counts["lost"] != losses or search.refill_from != since or search.doubt not in (0, doubt):
            return False  # the line or the registration was lost again meanwhile
        hub.flush()
        hub.counts["refills"] += 1
        if changes.tombstones:
            for told in frames(Deleted(changes.tombstones)):
                hub.send(search, told)
        if changes.gone:
            for told in frames(Gone(search.key, changes.gone)):
                hub.send(search, told)
        if changes.overflow:
            search.refill_from = None
            for client in list(search.watchers):
                client.session.restart(search.key)
            return True
        *parts, last = list(portions(changes.bodies)) or [[]]
        for part in parts:
            hub.send(search, posts_frame(search.key, since, b",".join(part)))
        search.refill_from = None
        hub.send(search, posts_frame(search.key, max(safe, since), b",".join(last)))
        return True
