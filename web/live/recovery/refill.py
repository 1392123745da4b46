"""Refill: reads from the store, and sends, what a search missed while its Pub/Sub connection or its lease was lost.

It retries until the search is complete again. The steps and their order are those of docs/design/delivery.md ("In a web
process"). Four searches are read at a time; a search that waits for its next attempt holds no slot. Watchers of a
search that missed too much start anew.
"""

from __future__ import annotations

import logging
import random

import gevent
from gevent.lock import BoundedSemaphore

from pipeline.errors import BrokerUnavailable, MurmurError, StoreUnavailable
from pipeline.publish.messages import numbered_portions
from pipeline.publish.publication_order import PublicationOrder
from pipeline.store.contract import Changes
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.live_search import LiveSearch
from web.live.fanout.search_leases import SearchLeases
from web.live.recovery.catch_up import TOO_MUCH, loss_frames, missed_changes
from web.live.recovery.loss_tracker import Losses
from web.protocol.frames import posts_frame
from web.store_pool import StorePool

log = logging.getLogger("web.live.refill")

REFILLS_AT_ONCE = 4
ATTEMPT_S = (0.1, 2.0)
"""Seconds between two attempts at first and at most."""


class Refill:
    """Brings searches up to date, each in a greenlet of its own."""

    def __init__(
        self,
        order: PublicationOrder,
        store_pool: StorePool,
        leases: SearchLeases,
        broadcaster: Broadcaster,
        losses: Losses,
    ) -> None:
        self._order = order
        self._store_pool = store_pool
        self._leases = leases
        self._broadcaster = broadcaster
        self._losses = losses
        self._slots = BoundedSemaphore(REFILLS_AT_ONCE)
        self._running: set[LiveSearch] = set()
        self.done = 0
        """Searches that were read again."""

    def start(self, searches: list[LiveSearch]) -> None:
        """Refill the watched ones of these searches, beside those under way; returns at once."""
        fresh = [search for search in searches if search.watchers and search not in self._running]
        self._running |= set(fresh)
        for search in fresh:
            gevent.spawn(self._refill, search)

    @property
    def pending(self) -> int:
        """Searches whose refill is under way."""
        return len(self._running)

    def _refill(self, search: LiveSearch) -> None:
        try:
            wait_s = ATTEMPT_S[0]
            while search.watchers:
                search.wait_for_line()
                since = search.refill_from
                if since is None:
                    return  # complete, or not watched when the connection came back
                try:
                    with self._slots:
                        if self._attempt(search, since):
                            return
                except (BrokerUnavailable, StoreUnavailable) as error:
                    log.warning("the refill of %s is tried again: %s", search.key, error)
                except Exception:
                    log.exception("the refill of %s failed", search.key)
                else:
                    continue
                gevent.sleep(wait_s * random.uniform(0.5, 1.0))
                wait_s = min(ATTEMPT_S[1], wait_s * 2)
            search.refill_from = None
        finally:
            self._running.discard(search)

    def _attempt(self, search: LiveSearch, since: int) -> bool:
        """Read and send what a search missed above `since`; return False if another loss overtook the attempt."""
        losses = self._losses
        disconnects = losses.disconnects
        if not search.subscribed.is_set():
            return False  # the connection was lost since the caller waited for it
        self._leases.register(search.query)
        doubt = search.doubt
        losses.clear_doubt(search)
        safe = self._order.safe()
        changes = self._changes(search, since)
        if losses.disconnects != disconnects or search.refill_from != since or search.doubt not in (0, doubt):
            return False
        self._broadcaster.flush()
        self.done += 1
        self._send(search, changes, since, safe)
        return True

    def _changes(self, search: LiveSearch, since: int) -> Changes:
        try:
            return missed_changes(self._store_pool, search.query, after=since, removed_after=since)
        except (BrokerUnavailable, StoreUnavailable):
            raise
        except MurmurError as error:  # the store refuses this search: each client gets the error when it starts anew
            log.warning("the refill of %s is refused: %s", search.key, error)
            return TOO_MUCH

    def _send(self, search: LiveSearch, changes: Changes, since: int, safe: int) -> None:
        send = self._broadcaster.send
        for frame in loss_frames(search.key, changes):
            send(search, frame)
        if changes.overflow:
            search.refill_from = None
            for client in list(search.watchers):
                client.session.restart(search.key)
            return
        nothing: tuple[list[bytes], dict[str, int]] = ([], {})
        *parts, last = list(numbered_portions(changes.bodies, changes.entered)) or [nothing]
        for bodies, entered in parts:
            send(search, posts_frame(search.key, since, b",".join(bodies), entered))
        search.refill_from = None
        send(search, posts_frame(search.key, max(safe, since), b",".join(last[0]), last[1]))
