"""gunicorn worker class: the gevent worker, with draining at SIGTERM and a time limit for stalled connections.

Draining sends every socket and event stream to another process, closes idle connections, and finishes the responses
under way within `DRAIN_TIMEOUT_S`. A connection on which no request or response moves for `STALLED_S` is closed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

import gevent
import gevent.socket
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

# This module must not import a Redis client: gunicorn loads it before gevent patches sockets and TLS.
from web.server.slow_clients import PIECE_TIMEOUT_S as STALLED_S

DRAIN_TIMEOUT_S = 3.0
"""Seconds that responses under way get at the end; gunicorn's `graceful_timeout` and the supervisor wait longer."""
FRESH_S = 0.5
"""Seconds that a new connection is not taken for idle: its first request is about to arrive."""
_SWEEP_S = 0.05
_PIECE_BYTES = 64 * 1024


class ClientConnection(gevent.socket.socket):  # type: ignore[misc]  # gevent has no types
    """An accepted connection whose timeout counts from the last bytes that the peer took, not from the first."""

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Write everything.

        Raises:
            TimeoutError: nothing could be written for the timeout.
        """
        left = memoryview(data)
        while left:
            left = left[self.send(left[:_PIECE_BYTES], flags) :]

    def shut(self, how: int) -> None:
        """Shut the connection down and let a waiting greenlet read what the peer had sent.

        gevent's own `shutdown` raises in the waiting greenlet instead.
        """
        with contextlib.suppress(OSError):
            self._sock.shutdown(how)


class DrainingWorker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """The gevent worker that drains before it ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._idle: dict[ClientConnection, float] = {}
        self._busy: set[ClientConnection] = set()
        self._draining: gevent.Greenlet | None = None
        self._web: Any = None
        self.wsgi: Any

    def load_wsgi(self) -> None:
        """Load the application."""
        super().load_wsgi()
        self._web = getattr(self.wsgi, "extensions", {}).get("murmur")
        self.wsgi = honour_connection_close(self.wsgi)

    # -- connections
    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve a connection."""
        connection = _adopt(client)
        self._idle[connection] = time.monotonic()
        try:
            # gevent's own `handle` would reset the timeout.
            AsyncWorker.handle(self, listener, connection, addr)
        finally:
            self._idle.pop(connection, None)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Serve a request; raise StopIteration after the connection's last one, as gunicorn does."""
        self._idle.pop(sock, None)
        self._busy.add(sock)
        sock.settimeout(STALLED_S)
        try:
            result = super().handle_request(listener_name, req, sock, addr)
        except TimeoutError:
            self.log.info("closing a connection that stalled for %d s: %s", STALLED_S, addr)
            raise StopIteration from None
        finally:
            self._busy.discard(sock)
        if not self.alive:
            raise StopIteration
        sock.settimeout(None)  # `keepalive` limits the wait for the next request
        self._idle[sock] = time.monotonic()
        return result

    # -- the end
    def handle_exit(self, sig: int, frame: Any) -> None:
        """Handle SIGTERM: stop accepting, drain, and finish the responses under way."""
        super().handle_exit(sig, frame)
        self._begin_to_drain()

    def handle_quit(self, _sig: int, _frame: Any) -> None:
        """Handle SIGINT and SIGQUIT in the same way."""
        self.alive = False
        self._begin_to_drain()

    def drain(self) -> None:
        """Return when every client was sent away, or after `DRAIN_TIMEOUT_S`."""
        self._begin_to_drain().join(DRAIN_TIMEOUT_S + 1)

    def _begin_to_drain(self) -> gevent.Greenlet:
        if self._draining is None:
            self._draining = gevent.spawn(self._drain)
        return self._draining

    def _drain(self) -> None:
        until = time.monotonic() + DRAIN_TIMEOUT_S
        clients = gevent.spawn(self._web.drain) if self._web is not None else None
        while time.monotonic() < until and (self._idle or self._busy or (clients is not None and not clients.dead)):
            limit = time.monotonic() - FRESH_S
            for connection, since in list(self._idle.items()):
                if since < limit:
                    connection.shut(socket.SHUT_RD)  # a request that had arrived is still answered
            gevent.sleep(_SWEEP_S)
        for connection in [*self._idle, *self._busy]:
            connection.shut(socket.SHUT_RDWR)


def _adopt(client: Any) -> ClientConnection:
    """Return an accepted connection as ours; its descriptor moves, the former object is left without."""
    family, kind, protocol = client.family, client.type, client.proto
    descriptor = client.detach()
    try:
        return ClientConnection(family, kind, protocol, fileno=descriptor)
    except BaseException:
        os.close(descriptor)
        raise


def honour_connection_close(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application whose `Connection: close` gunicorn obeys; gunicorn alone drops that header."""

    def called(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if ("connection", "close") in {(name.lower(), value.lower()) for name, value in headers}:
                start_response.__self__.force_close()
            return start_response(status, headers, exc_info)

        return app(environ, begin)

    return called
