"""One web process: its parts, wired together, started once after the fork, and drained at the end.

The parts know nothing of each other beyond what is passed to them here. No request is answered in this module.
"""

from __future__ import annotations

import functools
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gevent
from gevent import monkey
from redis import Redis

from pipeline.broker.connections import connect
from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.broker.store_outage import Outage
from pipeline.errors import MurmurError
from pipeline.match.search_registry import Registry
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.parser import parse
from pipeline.query.tree import Query
from pipeline.queue.claim_check import ClaimCheck
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.contract import Store
from web.examples import Examples
from web.live.client import Client, SocketClient
from web.live.hub import Hub
from web.live.listener import Listener
from web.live.presence import Presence
from web.live.refill import Refill
from web.protocol import CLOSES, Close, Frame, SourceState, Stats, frame
from web.readings import CHARTS_AT_ONCE, CHARTS_QUEUE_MAX, EXPORTS_AT_ONCE, EXPORTS_MAX, Readings
from web.reasons import public_reason
from web.recent import Recent

if TYPE_CHECKING:
    from web.live.session import Session

log = logging.getLogger("web")

PING_S = 25
DRAIN_S = 2.5
STALE_TICK_S = 5.0
STREAMS_SHARE = 4
"""One address may have a part of a process's event streams as small as this: the rest is for others."""
SPLIT = "worker and web do not share a store: set ELASTICSEARCH_URL or run on one machine"
REDIS_CONNECTIONS = 2


class Web:
    """AllOf that lives as long as a web process. Also the owner of every client."""

    def __init__(self, settings: Settings, opener: Callable[[], Store] | None = None) -> None:
        self.settings = settings
        self.names = Names(settings.redis_prefix)
        self.redis: Redis = connect(settings, connections=REDIS_CONNECTIONS, name="web")
        self.order = PublicationOrder(self.redis, self.names)
        self.registry = Registry(self.redis, self.names)
        self.claims = ClaimCheck(self.redis, self.names)
        self.open_store: Callable[[], Store] = opener or functools.partial(open_store, settings)
        self.readings = Readings(self.open_store)
        self.charts = Readings(self.open_store, CHARTS_AT_ONCE, CHARTS_QUEUE_MAX)
        self.exports = Readings(self.open_store, EXPORTS_AT_ONCE, EXPORTS_MAX)
        self.examples = Examples(self.charts.read, parse("*"))
        self.recent = Recent()
        self.hub = Hub(self.registry, self.order, self.names)
        self.presence = Presence(self.redis, self.names)
        self.hub.listener = Listener(self._listening_pool, self.hub, self.names.notices)
        self._refill = Refill(self.hub, self.order, self.readings)
        self.hub.refill = self._refill.run
        self.hub.on_tick = self._on_tick
        self.hub.on_source = self._on_source
        self.addresses: Counter[str] = Counter()
        """Sockets and streams of an address."""
        self.stream_addresses: Counter[str] = Counter()
        self.sockets = 0
        self.streams = 0
        self.draining = False
        self.started = False
        self.indexed = 0
        self.rate = 0.0
        self.sources: dict[str, SourceState] = {}
        self.problem: str | None = None
        self.outage: Outage | None = None
        self.identity = ""
        self._tick_at = 0.0
        self._new_session: Callable[[Web, Client], Session] | None = None

    def _listening_pool(self) -> Any:
        return connect(self.settings, name="web-listener").connection_pool

    @staticmethod
    def parse(text: str) -> Query:
        """Return a parsed search; relative times count from now.

        Raises:
            QueryError: it is none.
        """
        return parse(text)

    # -- life
    def start(self) -> None:
        """Begin to listen. Called once, in the process that serves, under gevent; without it only the API works."""
        if self.started or not monkey.is_module_patched("socket"):
            return
        self.started = True
        self.hub.listener.start()
        self.hub.start()
        gevent.spawn(self._beat)
        gevent.spawn(self._watch_store)

    def drain(self) -> None:
        """Tell every client to come back to another process, and wait until they were told. Blocks up to `DRAIN_S`."""
        if self.draining:
            return
        self.draining = True
        for client in list(self.hub.clients):
            client.close(CLOSES["going_away"])
        until = time.monotonic() + DRAIN_S
        while self.hub.clients and time.monotonic() < until:
            gevent.sleep(0.05)
        for client in list(self.hub.clients):
            drop = getattr(client, "drop", None)
            if drop is not None:
                drop()
        self.hub.listener.stop()
        try:
            self.presence.leave()
        except MurmurError as error:
            log.info("could not say goodbye: %s", error)

    # -- clients
    def admit(self, client: Client, new_session: Callable[[Web, Client], Session]) -> None:
        """Count a client in and give it a session."""
        self.addresses[client.address] += 1
        if isinstance(client, SocketClient):
            self.sockets += 1
        else:
            self.streams += 1
            self.stream_addresses[client.address] += 1
        client.session = new_session(self, client)
        self.hub.clients.add(client)
        client.send(self.stats_frame())

    def refusal(self, address: str, *, stream: bool) -> Close | None:
        """Return why one more client of an address is not admitted now, None if it is."""
        settings = self.settings
        if self.draining:
            return CLOSES["going_away"]
        if stream:
            full = self.streams >= settings.streams_max
            share = max(1, settings.streams_max // STREAMS_SHARE)
            crowded = self.stream_addresses[address] >= share
        else:
            full = self.sockets >= settings.sockets_max
            crowded = False
        if full:
            return CLOSES["process_full"]
        if crowded or self.addresses[address] >= settings.sockets_per_address:
            return CLOSES["too_many_sockets"]
        return None

    def on_message(self, client: SocketClient, text: bytes) -> None:
        """Pass a message on to the client's session."""
        client.session.on_message(text)

    def on_full(self, client: Client, message: Frame) -> None:
        """A client is too slow for a frame."""
        self.hub.lag(client, message)

    def on_end(self, client: Client) -> None:
        """Count a client out."""
        if client not in self.hub.clients:
            return
        self.hub.clients.discard(client)
        _count_out(self.addresses, client.address)
        if isinstance(client, SocketClient):
            self.sockets -= 1
        else:
            self.streams -= 1
            _count_out(self.stream_addresses, client.address)
        client.session.end()

    # -- once a second
    def _beat(self) -> None:
        turn = 0
        while not self.draining:
            gevent.sleep(1.0)
            turn += 1
            try:
                self._pulse(turn)
                if turn % 2 == 0:
                    self.presence.say(len(self.hub.clients))
            except MurmurError as error:
                log.info("connected users could not be counted: %s", error)
            except Exception:
                log.exception("the pulse missed a beat")
            if time.monotonic() - self._tick_at > STALE_TICK_S and turn % 5 == 0:
                self.hub.broadcast(self.stats_frame())

    def _pulse(self, turn: int) -> None:
        """Ping a part of the sockets, so that each is asked every `PING_S`; end those that gave no sign of life."""
        now = time.monotonic()
        for client in list(self.hub.clients):
            if not isinstance(client, SocketClient):
                continue
            if client.stalled(now):
                client.close_now(CLOSES["too_slow"])
            elif client.fd % PING_S == turn % PING_S:
                if not client.heard:
                    client.drop()
                else:
                    client.ping()

    # -- what the page's status line says
    def _on_tick(self, tick: dict[str, Any]) -> None:
        self.indexed = int(tick["indexed"])
        self.rate = float(tick["rate"])
        self.sources = {row["name"]: _source(row) for row in tick["sources"]}
        self.outage = self._outage_of(tick.get("outage"))
        self._tick_at = time.monotonic()
        self.hub.flush()
        self.hub.broadcast(self.stats_frame())

    def _outage_of(self, told: dict[str, Any] | None) -> Outage | None:
        return Outage(int(told["since"]), public_reason(str(told["why"]), self.settings)) if told else None

    def _on_source(self, row: dict[str, Any]) -> None:
        self.sources[row["name"]] = _source(row)
        self.hub.flush()
        self.hub.broadcast(self.stats_frame())

    def stats_frame(self) -> Frame:
        """Return the stats of now. They carry `after` only while nothing is missing."""
        sources = list(self.sources.values())
        stats = Stats(
            indexed=self.indexed,
            rate=self.rate,
            connected=max(self.presence.connected, len(self.hub.clients)),
            sources=sources,
            source=sources[0] if sources else None,
            reconnecting=self.hub.behind,
            outage=self.outage,
        )
        if not self.hub.behind and self.hub.safe:
            stats.after = self.hub.safe
        return frame(stats)

    @property
    def tick_age_s(self) -> float:
        """Seconds since upkeep last spoke."""
        return time.monotonic() - self._tick_at if self._tick_at else float("inf")

    # -- one store?
    def _watch_store(self) -> None:
        while not self.draining:
            try:
                self.check_store()
            except Exception:
                log.exception("the store was not compared")
            gevent.sleep(5.0)

    def check_store(self) -> None:
        """Compare the identity of the store that workers write with our own; `problem` says what is wrong."""
        try:
            self.identity = self.readings.ask(lambda store: store.identity)
            with translate_redis_errors():
                written = self.redis.get(self.names.store)
        except MurmurError as error:
            log.info("the store could not be compared: %s", error)
            return
        problem = SPLIT if isinstance(written, bytes) and written.decode() != self.identity else None
        if problem and not self.problem:
            log.error("%s (ours is %s)", problem, self.identity)
        self.problem = problem


def _count_out(counts: Counter[str], name: str) -> None:
    counts[name] -= 1
    if counts[name] <= 0:
        del counts[name]


def _source(row: dict[str, Any]) -> SourceState:
    return SourceState(
        name=str(row["name"]),
        state=str(row["state"]),
        since=row.get("since"),
        lag_s=row.get("lag_s"),
        detail=str(row.get("detail") or ""),
        generated=bool(row.get("generated")),
    )
