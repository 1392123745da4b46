"""One web process: makes its parts, wires them, starts background work after the fork, and drains clients at the end.

Routes take from `Web` the store pools, Redis, live search and pictures.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import gevent
from gevent import monkey
from redis import Redis

from pipeline.broker.connections import connect
from pipeline.broker.keys import Names
from pipeline.errors import MurmurError
from pipeline.match.search_registry import Registry
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.claim_check import ClaimCheck
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.contract import Store
from web.live.client_admission import Admission
from web.live.clients.connections import Connections
from web.live.clients.heartbeat import Heartbeat
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.hub import Hub
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import SearchTable
from web.live.fanout.notices import Notices
from web.live.fanout.pubsub_commands import PubSubCommands
from web.live.fanout.pubsub_listener import PubSubListener
from web.live.fanout.search_leases import SearchLeases
from web.live.fanout.watchers import Watchers
from web.live.fanout.watermark import Watermark
from web.live.presence import Presence
from web.live.recovery.loss_tracker import Losses
from web.live.recovery.refill import Refill
from web.live.status_line import StatusLine
from web.pictures.fetcher import Fetcher
from web.pictures.proxy import PictureProxy
from web.response_cache import ResponseCache
from web.store_identity_check import StoreIdentity
from web.store_pool import (
    CHARTS_AT_ONCE,
    CHARTS_QUEUE_MAX,
    DECKS_AT_ONCE,
    DECKS_QUEUE_MAX,
    EXPORTS_AT_ONCE,
    EXPORTS_MAX,
    StorePool,
)

log = logging.getLogger("web")

REDIS_CONNECTIONS = 2


class Web:
    """Everything that lives as long as a web process."""

    def __init__(
        self, settings: Settings, opener: Callable[[], Store] | None = None, fetcher: Fetcher | None = None
    ) -> None:
        self.settings = settings
        self.started = False
        # Redis
        self.names = Names(settings.redis_prefix)
        self.redis: Redis = connect(settings, connections=REDIS_CONNECTIONS, name="web")
        self.order = PublicationOrder(self.redis, self.names)
        self.registry = Registry(self.redis, self.names)
        self.claims = ClaimCheck(self.redis, self.names)
        # The store
        open_own: Callable[[], Store] = opener or functools.partial(open_store, settings)
        self.store_pool = StorePool(open_own)
        self.chart_pool = StorePool(open_own, CHARTS_AT_ONCE, CHARTS_QUEUE_MAX)
        self.export_pool = StorePool(open_own, EXPORTS_AT_ONCE, EXPORTS_MAX)
        self.deck_pool = StorePool(open_own, DECKS_AT_ONCE, DECKS_QUEUE_MAX)
        self.chart_cache = ResponseCache()
        self.store_identity = StoreIdentity(self.redis, self.names, self.store_pool)
        self.pictures = PictureProxy(settings, self.store_pool, open_own, fetcher or Fetcher())
        # Live search
        self.connections = Connections(settings)
        self.presence = Presence(self.redis, self.names)
        self.searches = SearchTable()
        commands = PubSubCommands(self.names.notices)
        self.watermark = Watermark(self.order, commands)
        clock = LeaseClock()
        self.broadcaster = Broadcaster(self.connections.clients, clock)
        self.losses = Losses(self.searches, self.broadcaster, commands, self.watermark, clock)
        leases = SearchLeases(self.registry, self.searches, self.watermark, clock, self.losses)
        self.refill = Refill(self.order, self.store_pool, leases, self.broadcaster, self.losses)
        self.status = StatusLine(
            settings=settings,
            connections=self.connections,
            presence=self.presence,
            broadcaster=self.broadcaster,
            watermark=self.watermark,
            losses=self.losses,
        )
        self.hub = Hub(
            names=self.names,
            order=self.order,
            searches=self.searches,
            watchers=Watchers(self.searches, self.names, commands, self.broadcaster, self.losses),
            watermark=self.watermark,
            clock=clock,
            leases=leases,
            broadcaster=self.broadcaster,
            losses=self.losses,
            notices=Notices(self.searches, self.broadcaster, clock, self.status, self.pictures.forget),
            refill=self.refill,
        )
        self.admission = Admission(
            settings=settings,
            connections=self.connections,
            hub=self.hub,
            losses=self.losses,
            order=self.order,
            store_pool=self.store_pool,
            status=self.status,
        )
        self._listener = PubSubListener(self._listener_pool, commands, self.hub)
        self._heartbeat = Heartbeat(self.connections, self.presence, self.status)

    def _listener_pool(self) -> Any:
        return connect(self.settings, name="web-listener").connection_pool

    def start(self) -> None:
        """Begin to listen. Called once, after the fork; without gevent only the API works."""
        if self.started or not monkey.is_module_patched("socket"):
            return
        self.started = True
        self._listener.start()
        gevent.spawn(self.hub.keep)
        gevent.spawn(self._heartbeat.run)
        gevent.spawn(self.store_identity.run)
        if self.settings.images == "proxy":
            gevent.spawn(self.pictures.keep_tidy)

    def drain(self) -> None:
        """Send every client to another process and stop listening. Blocks up to `DRAIN_S` of connections."""
        if self.connections.draining:
            return
        self.connections.drain()
        self.store_identity.stop()
        self._listener.stop()
        try:
            self.presence.leave()
        except MurmurError as error:
            log.info("this process's users could not be taken out of the count: %s", error)
