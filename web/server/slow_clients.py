"""WSGI middleware that drops slow clients: each 64 KiB of a request or response body has a time limit.

Without a limit a client that sends a byte now and then, or reads nothing, keeps a greenlet and its memory for ever. A
client of some 1 KiB/s is still served in full. (`web/server/gunicorn_worker.py` closes a connection on which nothing
moves at all; this module limits the pace.)
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import gevent
from werkzeug.exceptions import RequestTimeout

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

PIECE_TIMEOUT_S = 60.0
"""Seconds that a client may take for one piece."""
PIECE_BYTES = 64 * 1024


class SlowClientLimit:
    """The middleware."""

    def __init__(self, app: WSGIApplication, timeout_s: float = PIECE_TIMEOUT_S) -> None:
        self._app = app
        self._timeout_s = timeout_s

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request."""
        ours = {**environ, "wsgi.input": _Body(environ["wsgi.input"], self._timeout_s)}
        ours.pop("wsgi.file_wrapper", None)  # gunicorn's sendfile knows no pieces
        return _pieces(self._app(ours, start_response), self._timeout_s)


class _Body:
    """The body of a request; a read that is not filled in time raises RequestTimeout."""

    def __init__(self, stream: InputStream, timeout_s: float) -> None:
        self._stream = stream
        self._timeout_s = timeout_s

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(PIECE_BYTES), b""))
        with self._limit():
            return self._stream.read(min(size, PIECE_BYTES))

    def readline(self, size: int = -1) -> bytes:
        with self._limit():
            return self._stream.readline(PIECE_BYTES if size < 0 else min(size, PIECE_BYTES))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def readlines(self, _hint: int = -1) -> list[bytes]:
        return list(self)

    def _limit(self) -> Any:
        return gevent.Timeout(self._timeout_s, RequestTimeout())


def _pieces(parts: Iterable[bytes], timeout_s: float) -> Iterator[bytes]:
    """Yield a response in pieces. A timer runs while each piece is sent and ends the send like a lost connection."""
    try:
        for part in parts:
            for at in range(0, len(part), PIECE_BYTES):
                with gevent.Timeout(timeout_s, BrokenPipeError(errno.EPIPE, "the client takes nothing")):
                    yield part[at : at + PIECE_BYTES]
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
