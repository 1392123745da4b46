"""How long a client may take: to send each piece of a body, and to take each piece of an answer.

Without a bound a client that sends a byte now and then, or reads nothing, keeps a greenlet, its memory and its place
for ever. A pause is counted for a piece of 64 KiB: a client may be slow, at some 1 KiB/s, and is still served in full.
(`web/worker.py` closes a connection on which nothing moves at all; here it is the pace that counts.)
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import gevent
from werkzeug.exceptions import RequestTimeout

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

PATIENCE_S = 60.0
"""Seconds for one piece."""
PIECE_BYTES = 64 * 1024


class Patience:
    """A WSGI middleware that gives up on clients that stall."""

    def __init__(self, app: WSGIApplication, patience_s: float = PATIENCE_S) -> None:
        self._app = app
        self._patience_s = patience_s

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        ours = {**environ, "wsgi.input": _Body(environ["wsgi.input"], self._patience_s)}
        ours.pop("wsgi.file_wrapper", None)  # files go out in pieces too
        return _pieces(self._app(ours, start_response), self._patience_s)


class _Body:
    """The body of a request. A read that does not get what it asks for in time raises RequestTimeout."""

    def __init__(self, stream: InputStream, patience_s: float) -> None:
        self._stream = stream
        self._patience_s = patience_s

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(PIECE_BYTES), b""))
        with self._patience():
            return self._stream.read(min(size, PIECE_BYTES))

    def readline(self, size: int = -1) -> bytes:
        with self._patience():
            return self._stream.readline(PIECE_BYTES if size < 0 else min(size, PIECE_BYTES))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def readlines(self, _hint: int = -1) -> list[bytes]:
        return list(self)

    def _patience(self) -> Any:
        return gevent.Timeout(self._patience_s, RequestTimeout())


def _pieces(parts: Iterable[bytes], patience_s: float) -> Iterator[bytes]:
    """Yield an answer in pieces. While one is sent a timer runs, which ends the send as a lost connection does."""
    try:
        for part in parts:
            for at in range(0, len(part), PIECE_BYTES):
                with gevent.Timeout(patience_s, BrokenPipeError(errno.EPIPE, "the client takes nothing")):
                    yield part[at : at + PIECE_BYTES]
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
