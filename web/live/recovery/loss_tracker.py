"""Loss bookkeeping: which searches may have missed posts, from which sequence number on; and which clients lag.

Losses come from the Pub/Sub connection, from lapsed leases and from full outboxes. `behind` tells whether any post may
be missing. `Refill` reads what a search missed; a client whose outbox is full is told that it lagged, and has to
subscribe again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from web.live.clients.client import Client
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import LiveSearch, SearchTable
from web.live.fanout.pubsub_commands import PubSubCommands
from web.live.fanout.watermark import Watermark
from web.protocol.frames import Frame, frame
from web.protocol.server_messages import Lagged

log = logging.getLogger("web.live.losses")


class Losses:
    """Notes which searches of a process missed posts.

    A search is complete again when `Refill` clears its `refill_from`.
    """

    def __init__(
        self,
        searches: SearchTable,
        broadcaster: Broadcaster,
        commands: PubSubCommands,
        watermark: Watermark,
        clock: LeaseClock,
    ) -> None:
        self._searches = searches
        self._broadcaster = broadcaster
        self._commands = commands
        self._watermark = watermark
        self._clock = clock
        self._doubts = 0
        self.disconnects = 0
        """Times that the Pub/Sub connection was lost."""
        self.lagged = 0
        """Times that a client lagged and was sent `lagged`."""

    @property
    def behind(self) -> bool:
        """Whether posts may be missing: the connection is away, a lease lapsed, or a search waits for its refill."""
        missing = any(search.refill_from is not None for search in self._searches)
        return not self._watermark.connected or self._clock.slept or missing

    # -- leases
    def mark_lapsed(self, searches: list[LiveSearch], since: int) -> None:
        """Note that the leases of searches had lapsed; `since` is the watermark of their last renewal."""
        log.warning("the registrations of %d searches had lapsed; reading what they missed", len(searches))
        self.mark_missed(searches, since)

    def mark_missed(self, searches: Iterable[LiveSearch], since: int) -> None:
        """Note that searches may miss posts above a sequence number."""
        self._doubts += 1
        for search in searches:
            self._broadcaster.flush_search(search)
            search.doubt = self._doubts
            search.refill_from = since if search.refill_from is None else min(since, search.refill_from)

    def clear_doubt(self, search: LiveSearch) -> None:
        """End the doubt about a search that was registered just now, once everything published before is received."""
        doubt = search.doubt

        def end_doubt() -> None:
            if search.doubt == doubt:
                search.doubt = 0

        if doubt:
            self._commands.fence(end_doubt)

    # -- the Pub/Sub connection
    def disconnect(self) -> None:
        """Note that the connection is lost: every search misses what is published from now on."""
        self._watermark.disconnect()
        self.disconnects += 1
        self._broadcaster.flush()
        self.mark_missed(self._searches, self._watermark.safe)
        for search in self._searches:
            search.subscribed.clear()

    def reconnect(self) -> list[LiveSearch]:
        """Note that every channel is subscribed again; return the watched searches, for a refill."""
        self._watermark.connected = True
        watched = []
        for search in self._searches:
            if search.watchers:
                watched.append(search)
            else:
                search.refill_from = None
        return watched

    # -- slow clients
    def lag(self, client: Client, lost: Frame) -> None:
        """Note that a frame did not fit into a client's outbox.

        The client must resume the frame's search, after a frame without key (a deletion) all of its searches. A lost
        status or gap needs nothing.
        """
        if lost.kind in ("stats", "gap"):
            return
        for search in [search for search in self._searches if client in search.watchers]:
            if lost.key not in ("", search.key):
                continue
            search.watchers.pop(client, None)
            self.lagged += 1
            for watch_id in client.session.mark_lagged(search.key):
                client.send(frame(Lagged(watch_id, search.key)), always=True)
