"""Hub of a web process: passes messages from Redis to watched searches, registers searches for sessions, renews leases.

It advances the low watermark with each message, starts a refill for searches that missed posts (connection lost, lease
lapsed), and drops idle searches (docs/design/delivery.md). The Pub/Sub listener calls the `on_` methods, sessions call
the others. Only `register`, `enter`, `catch_up` and the renewal of leases wait; nothing else here blocks the event
loop.
"""

from __future__ import annotations

import logging

import gevent

from pipeline.broker.keys import Names
from pipeline.errors import MurmurError
from pipeline.match.search_registry import SEARCH_LEASE_MS
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.tree import Query
from web.live.clients.client import Client
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.deck_followers import DeckFollowers
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import LiveSearch, SearchTable
from web.live.fanout.notices import Notices
from web.live.fanout.search_leases import SearchLeases
from web.live.fanout.watchers import Watchers
from web.live.fanout.watermark import Watermark
from web.live.recovery.loss_tracker import Losses
from web.live.recovery.refill import Refill

log = logging.getLogger("web.live.hub")

SWEEP_EVERY_S = 2.0
"""Seconds between two sweeps of idle searches."""
RENEW_TURNS = max(1, SEARCH_LEASE_MS // 6_000)
"""Sweeps between two renewals of the leases."""


class Hub:
    """The searches of a process and their watchers."""

    def __init__(
        self,
        *,
        names: Names,
        order: PublicationOrder,
        searches: SearchTable,
        watchers: Watchers,
        watermark: Watermark,
        clock: LeaseClock,
        leases: SearchLeases,
        broadcaster: Broadcaster,
        losses: Losses,
        notices: Notices,
        refill: Refill,
    ) -> None:
        self._notices_channel = names.notices.encode()
        self._order = order
        self._searches = searches
        self._watchers = watchers
        self._watermark = watermark
        self._clock = clock
        self._leases = leases
        self._broadcaster = broadcaster
        self._losses = losses
        self._notices = notices
        self._refill = refill
        self.messages = 0
        """Live messages received."""

    # -- for sessions
    @property
    def followers(self) -> DeckFollowers:
        """The clients that follow a deck."""
        return self._notices.followers

    @property
    def safe(self) -> int:
        """The low watermark of this process."""
        return self._watermark.safe

    def register(self, query: Query) -> int:
        """Register or renew a search and return `w0`: a low watermark that is older than the registration's effect.

        The lesser counts of the published watermark and this process's: on a channel that is subscribed already, older
        messages are still on their way and may carry versions that were replaced since.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        self._refill.start(self._leases.register(query))
        self.on_connecting()
        return min(self._order.safe(), self._watermark.safe)

    def enter(self, query: Query, client: Client) -> LiveSearch | None:
        """Add a client to a search's watchers; see `Watchers.enter`."""
        return self._watchers.enter(query, client)

    def leave(self, search: LiveSearch, client: Client) -> None:
        """Take back one watch of a client; see `Watchers.leave`."""
        self._watchers.leave(search, client)

    def catch_up(self) -> None:
        """Wait until everything published so far was received; see `Watermark.catch_up`."""
        self._watermark.catch_up()

    def flush(self) -> None:
        """Write the live posts that wait for a frame."""
        self._broadcaster.flush()

    # -- for the Pub/Sub listener
    def on_connecting(self) -> None:
        """Prepare for a connection that is about to be made. May block.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        if self._watermark.begin():
            self._clock.renewed_safe = self._watermark.safe

    def on_message(self, channel: bytes, safe: int, body: bytes) -> None:
        """Take a message: a JSON array of posts, perhaps a line of entry numbers behind it, or a notice."""
        self._watermark.advance(safe)
        search = self._searches.of_channel(channel)
        if search is None:
            if channel == self._notices_channel:
                self._notices.handle(body)
            return
        self.messages += 1
        if search.watchers and len(body) >= 4:
            posts, _, numbers = (body, b"", b"") if body.endswith(b"]") else body.partition(b"\n")
            self._broadcaster.add(search, safe, posts[1:-1], numbers)

    def on_subscribed(self, channel: bytes) -> None:
        """Note that a channel's subscription was acknowledged."""
        search = self._searches.of_channel(channel)
        if search is not None:
            search.subscribed.set()

    def on_lost(self) -> None:
        """Note that the connection is lost."""
        self._losses.disconnect()

    def on_restored(self) -> None:
        """Note that every channel is subscribed again, and read what was missed."""
        self._refill.start(self._losses.reconnect())
        self.followers.tell_all()

    # -- leases and idle searches
    def renew(self) -> None:
        """Renew every lease, and read what was missed by searches whose lease had lapsed.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        self._refill.start(self._leases.renew())

    def sweep(self) -> None:
        """Unsubscribe idle searches."""
        self._watchers.sweep()

    def keep(self) -> None:
        """Sweep idle searches and renew leases, for ever."""
        turn = 0
        while True:
            gevent.sleep(SWEEP_EVERY_S)
            turn += 1
            try:
                self.sweep()
                if turn % RENEW_TURNS == 0 or self._clock.age_s > SEARCH_LEASE_MS / 2_000:
                    self.renew()
            except MurmurError as error:
                log.warning("leases could not be renewed: %s", error)
            except Exception:
                log.exception("sweeping or renewing failed")
