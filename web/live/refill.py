"""What a search missed while the line to Redis was away, or its registration: read from the store, framed once.

The steps and their order are those of docs/delivery.md ("In a web process"). Four searches are read at a time; one that
waits for its next attempt keeps none of the others waiting, and one that missed too much has its watchers start anew.
"""

from __future__ import annotations

import logging
import random

import gevent
from gevent.lock import BoundedSemaphore

from pipeline.errors import BrokerUnavailable, MurmurError, StoreUnavailable
from pipeline.publish.messages import portions
from pipeline.publish.publication_order import PublicationOrder
from web.live.catching_up import TOO_MUCH, losses, missed
from web.live.hub import Hub, Search
from web.protocol import posts_frame
from web.readings import Readings

log = logging.getLogger("web.live.refill")

AT_ONCE = 4


class Refill:
    """Brings searches up to date."""

    def __init__(self, hub: Hub, order: PublicationOrder, readings: Readings) -> None:
        self._hub = hub
        self._order = order
        self._readings = readings
        self._slots = BoundedSemaphore(AT_ONCE)
        self._running: set[Search] = set()

    def run(self, searches: list[Search]) -> None:
        """Begin with these, beside those that are under way; returns at once."""
        fresh = [search for search in searches if search not in self._running]
        self._running |= set(fresh)
        for search in fresh:
            gevent.spawn(self._one, search)

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
                    with self._slots:
                        if self._attempt(search, since):
                            return
                except (BrokerUnavailable, StoreUnavailable) as error:
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
        lost = hub.counts["lost"]
        if not search.listening.is_set():
            return False  # the line went between the wait and now
        query = search.query
        hub.register(query)
        doubt = search.doubt
        hub.believe(search)
        safe = self._order.safe()
        try:
            changes = missed(self._readings, query, after=since, removed_after=since)
        except (BrokerUnavailable, StoreUnavailable):
            raise
        except MurmurError as error:  # the store's word on this search: each watcher is told when it starts anew
            log.warning("what %s missed cannot be read: %s", search.key, error)
            changes = TOO_MUCH
        if hub.counts["lost"] != lost or search.refill_from != since or search.doubt not in (0, doubt):
            return False  # the line or the registration was lost again meanwhile
        hub.flush()
        hub.counts["refills"] += 1
        for told in losses(search.key, changes):
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
