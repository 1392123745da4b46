"""Connections of a web process: counts sockets and event streams against their limits, and drains them at the end."""

from __future__ import annotations

import time
from collections import Counter

import gevent

from pipeline.settings import Settings
from web.live.clients.client import Client
from web.live.clients.socket_client import SocketClient
from web.protocol.close_codes import CLOSES, Close

DRAIN_S = 2.5
"""Seconds that clients get to take their close frame."""
STREAMS_SHARE = 4
"""One address may hold at most this part (1/4) of a process's event streams."""


class Connections:
    """The admitted clients of a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_address: Counter[str] = Counter()
        self._streams_by_address: Counter[str] = Counter()
        self.clients: set[Client] = set()
        self.sockets = 0
        self.streams = 0
        self.draining = False

    def refusal(self, address: str, *, stream: bool) -> Close | None:
        """Return the close code with which one more client of an address is refused now, None if it is admitted."""
        settings = self._settings
        if self.draining:
            return CLOSES["going_away"]
        if stream:
            full = self.streams >= settings.streams_max
            share = max(1, settings.streams_max // STREAMS_SHARE)
            crowded = self._streams_by_address[address] >= share
        else:
            full = self.sockets >= settings.sockets_max
            crowded = False
        if full:
            return CLOSES["process_full"]
        if crowded or self._by_address[address] >= settings.sockets_per_address:
            return CLOSES["too_many_sockets"]
        return None

    def add(self, client: Client) -> None:
        """Count a client in."""
        self._by_address[client.address] += 1
        if isinstance(client, SocketClient):
            self.sockets += 1
        else:
            self.streams += 1
            self._streams_by_address[client.address] += 1
        self.clients.add(client)

    def remove(self, client: Client) -> None:
        """Count a client out and end its session; a client that was not admitted is ignored."""
        if client not in self.clients:
            return
        self.clients.discard(client)
        _count_down(self._by_address, client.address)
        if isinstance(client, SocketClient):
            self.sockets -= 1
        else:
            self.streams -= 1
            _count_down(self._streams_by_address, client.address)
        client.session.end()

    def drain(self) -> None:
        """Close every client so that it reconnects to another process; return after `DRAIN_S` at the latest."""
        self.draining = True
        for client in list(self.clients):
            client.close(CLOSES["going_away"])
        until = time.monotonic() + DRAIN_S
        while self.clients and time.monotonic() < until:
            gevent.sleep(0.05)
        for client in list(self.clients):
            client.drop()


def _count_down(counts: Counter[str], name: str) -> None:
    counts[name] -= 1
    if counts[name] <= 0:
        del counts[name]
