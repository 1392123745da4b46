"""gunicorn's gevent worker, taught to drain and to let go of who takes nothing.

At SIGTERM every client is told to come back elsewhere, idle connections are closed, answers under way are finished for
a while; then it ends. A connection that takes nothing of its answer for `STALLED_S`, or sends nothing of its request's
body, is closed.
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

# Nothing here may import a Redis client: this module is loaded before gevent patches sockets and TLS.
from web.patience import PATIENCE_S as STALLED_S

PATIENCE_S = 3.0
"""Answers under way at the end get as long; gunicorn's `graceful_timeout` and the supervisor are more patient."""
FRESH_S = 0.5
"""A connection that was made just now is about to say what it wants."""
_SWEEP_S = 0.05
_PIECE_BYTES = 64 * 1024


class Connection(gevent.socket.socket):  # type: ignore[misc]  # gevent has no types
    """An accepted connection: its timeout counts from the last bytes the peer took, not from the first."""

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Write everything.

        Raises:
            TimeoutError: nothing could be written for the timeout.
        """
        left = memoryview(data)
        while left:
            left = left[self.send(left[:_PIECE_BYTES], flags) :]

    def shut(self, how: int) -> None:
        """Shut it down, so that who waits for it is woken by what the system says then.

        gevent's own `shutdown` raises in whoever waits, where what was sent before could still be read.
        """
        with contextlib.suppress(OSError):
            self._sock.shutdown(how)


class Worker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """The gevent worker that says goodbye."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._idle: dict[Connection, float] = {}
        self._busy: set[Connection] = set()
        self._draining: gevent.Greenlet | None = None
        self._web: Any = None
        self.wsgi: Any

    def load_wsgi(self) -> None:
        """Load the application."""
        super().load_wsgi()
        self._web = getattr(self.wsgi, "extensions", {}).get("murmur")
        self.wsgi = heeding_close(self.wsgi)

    # -- connections
    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve a connection."""
        connection = _adopt(client)
        self._idle[connection] = time.monotonic()
        try:
            # Not gevent's own `handle`: it takes the timeout back.
            AsyncWorker.handle(self, listener, connection, addr)
        finally:
            self._idle.pop(connection, None)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Serve a request; raise StopIteration where it is the connection's last, as gunicorn does."""
        self._idle.pop(sock, None)
        self._busy.add(sock)
        sock.settimeout(STALLED_S)
        try:
            result = super().handle_request(listener_name, req, sock, addr)
        except TimeoutError:
            self.log.info("A client that took nothing for %d s is let go: %s", STALLED_S, addr)
            raise StopIteration from None
        finally:
            self._busy.discard(sock)
        if not self.alive:
            raise StopIteration
        sock.settimeout(None)  # until the next request, `keepalive` counts
        self._idle[sock] = time.monotonic()
        return result

    # -- the end
    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: stop accepting, tell the clients; the answers under way are finished."""
        super().handle_exit(sig, frame)
        self._begin_to_drain()

    def handle_quit(self, _sig: int, _frame: Any) -> None:
        """SIGINT, SIGQUIT: the same."""
        self.alive = False
        self._begin_to_drain()

    def drain(self) -> None:
        """Return when every client was told to go, or `PATIENCE_S` later."""
        self._begin_to_drain().join(PATIENCE_S + 1)

    def _begin_to_drain(self) -> gevent.Greenlet:
        if self._draining is None:
            self._draining = gevent.spawn(self._drain)
        return self._draining

    def _drain(self) -> None:
        until = time.monotonic() + PATIENCE_S
        told = gevent.spawn(self._web.drain) if self._web is not None else None
        while time.monotonic() < until and (self._idle or self._busy or (told is not None and not told.dead)):
            limit = time.monotonic() - FRESH_S
            for connection, since in list(self._idle.items()):
                if since < limit:
                    connection.shut(socket.SHUT_RD)  # it is read as ended; what it had sent is still answered
            gevent.sleep(_SWEEP_S)
        for connection in [*self._idle, *self._busy]:
            connection.shut(socket.SHUT_RDWR)


def _adopt(client: Any) -> Connection:
    """Return an accepted connection as one of ours; the former object has none any more."""
    family, kind, protocol = client.family, client.type, client.proto
    descriptor = client.detach()
    try:
        return Connection(family, kind, protocol, fileno=descriptor)
    except BaseException:
        os.close(descriptor)
        raise


def heeding_close(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application whose answers may say `Connection: close`, which gunicorn would leave out."""

    def called(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if ("connection", "close") in {(name.lower(), value.lower()) for name, value in headers}:
                start_response.__self__.force_close()
            return start_response(status, headers, exc_info)

        return app(environ, begin)

    return called
