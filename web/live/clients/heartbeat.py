"""Heartbeat: pings sockets, ends those that give no sign of life, and reports the number of connected users."""

from __future__ import annotations

import logging
import time

import gevent

from pipeline.errors import MurmurError
from web.live.clients.connections import Connections
from web.live.clients.socket_client import SocketClient
from web.live.presence import Presence
from web.live.status_line import StatusLine
from web.protocol.close_codes import CLOSES

log = logging.getLogger("web.live.heartbeat")

PING_S = 25
"""Seconds between two pings of a socket."""
PRESENCE_S = 2
"""Seconds between two reports of the number of clients."""
STALE_TICK_S = 5.0
"""Seconds without a tick of upkeep after which this process sends the status by itself."""


class Heartbeat:
    """The loop that runs once a second."""

    def __init__(self, connections: Connections, presence: Presence, status: StatusLine) -> None:
        self._connections = connections
        self._presence = presence
        self._status = status

    def run(self) -> None:
        """Beat once a second until the process drains."""
        second = 0
        while not self._connections.draining:
            gevent.sleep(1.0)
            second += 1
            try:
                self._ping(second)
                if second % PRESENCE_S == 0:
                    self._presence.report(len(self._connections.clients))
            except MurmurError as error:
                log.info("connected users could not be counted: %s", error)
            except Exception:
                log.exception("a heartbeat failed")
            if self._status.tick_age_s > STALE_TICK_S and second % int(STALE_TICK_S) == 0:
                self._status.broadcast()

    def _ping(self, second: int) -> None:
        """Ping a part of the sockets, so that each has its turn every `PING_S`; end those that did not answer."""
        now = time.monotonic()
        for client in list(self._connections.clients):
            if not isinstance(client, SocketClient):
                continue
            if client.stalled(now):
                client.close_now(CLOSES["too_slow"])
            elif client.fd % PING_S == second % PING_S:
                if not client.alive:
                    client.drop()
                else:
                    client.ping()
