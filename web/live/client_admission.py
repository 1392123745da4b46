"""Admission of clients: refuses over limits, makes a socket or stream client with its session, counts it in.

An admitted client is sent the status at once. Socket and event-stream routes use it.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.parser import parse
from pipeline.query.tree import Query
from pipeline.settings import Settings
from web.live.clients.client import Client
from web.live.clients.connections import Connections
from web.live.clients.event_stream_client import StreamClient
from web.live.clients.socket_client import SocketClient
from web.live.fanout.hub import Hub
from web.live.recovery.loss_tracker import Losses
from web.live.session import Session
from web.live.socket_session import SocketSession
from web.live.status_line import StatusLine
from web.protocol.close_codes import Close
from web.store_pool import StorePool


class Admission:
    """Turns connections into admitted clients."""

    def __init__(
        self,
        *,
        settings: Settings,
        connections: Connections,
        hub: Hub,
        losses: Losses,
        order: PublicationOrder,
        store_pool: StorePool,
        status: StatusLine,
        parse_query: Callable[[str], Query] = parse,
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._hub = hub
        self._losses = losses
        self._order = order
        self._store_pool = store_pool
        self._status = status
        self._parse = parse_query
        self._outbox_bytes = settings.outbox_max_kb * 1024

    def refusal(self, address: str, *, stream: bool) -> Close | None:
        """Return the close code that refuses one more client of an address now, None if it may come in."""
        return self._connections.refusal(address, stream=stream)

    def socket_client(self, fd: int, address: str) -> SocketClient:
        """Return a client on a descriptor whose handshake is done; `admit` it next."""
        client = SocketClient(
            fd,
            address,
            limit=self._outbox_bytes,
            max_message=self._settings.message_max_kb * 1024,
            on_full=self._losses.lag,
            on_end=self._connections.remove,
        )
        client.session = SocketSession(
            client,
            self._hub,
            self._order,
            self._store_pool,
            self._parse,
            searches_max=self._settings.searches_per_socket,
            messages_per_s=self._settings.messages_per_second,
        )
        return client

    def stream_client(self, address: str) -> StreamClient:
        """Return a client of an event stream; `admit` it next."""
        client = StreamClient(
            address, limit=self._outbox_bytes, on_full=self._losses.lag, on_end=self._connections.remove
        )
        client.session = Session(
            client,
            self._hub,
            self._order,
            self._store_pool,
            self._parse,
            searches_max=self._settings.searches_per_socket,
        )
        return client

    def admit(self, client: Client) -> None:
        """Count a client in and send it the status."""
        self._connections.add(client)
        client.send(self._status.frame())
