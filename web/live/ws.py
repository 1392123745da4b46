"""The socket: Flask-Sock's route with a server of our own, because the library's loses parts of frames to slow readers,
locks no sending, compresses for whoever asks, checks no Origin, bounds no message and sends no pings.

The handshake is answered here, then the connection moves to a `SocketClient` on a descriptor of its own: the request's
greenlet ends, and ten thousand idle sockets cost their buffers only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import os
import time
from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

import gevent
from flask import Flask, Response, request
from flask_sock import Sock

from web.auth import Auth
from web.faults import Refused
from web.live.client import Client, SocketClient
from web.live.session import Session
from web.process import Web
from web.protocol import CLOSES, Close, Error, Fault, OutOfBounds, Subscribe, close_frame, decode, frame

log = logging.getLogger("web.live.ws")

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
BURST_S = 5
INBOX_MAX = 16


class SocketSession(Session):
    """A session that is spoken to through a socket: messages in order, counted, one at a time."""

    __slots__ = ("_busy", "_counted_at", "_inbox", "_socket", "_tokens")

    def __init__(self, web: Web, client: Client) -> None:
        super().__init__(web, client)
        self._socket = cast("SocketClient", client)
        self._inbox: deque[bytes] | None = None
        self._busy = False
        self._tokens = float(web.settings.messages_per_second * BURST_S)
        self._counted_at = time.monotonic()

    def on_message(self, text: bytes) -> None:
        """Take a message; a client that talks too fast is closed."""
        now = time.monotonic()
        rate = self._web.settings.messages_per_second
        self._tokens = min(rate * BURST_S, self._tokens + (now - self._counted_at) * rate) - 1
        self._counted_at = now
        if self._tokens < 0:
            self._socket.close(CLOSES["too_many_messages"])
            return
        if self._inbox is None:
            self._inbox = deque()
        self._inbox.append(text)
        if len(self._inbox) >= INBOX_MAX:
            self._socket.pause()
        if not self._busy:
            self._busy = True
            gevent.spawn(self._work)

    def _work(self) -> None:
        try:
            while self._inbox and not self._socket.ended:
                self._handle(self._inbox.popleft())
        except Exception:
            log.exception("a message was not handled")
            self._socket.close(CLOSES["internal"])
        finally:
            self._busy = False
            self._inbox = None
            self._socket.resume()

    def _handle(self, text: bytes) -> None:
        try:
            message = decode(text)
        except OutOfBounds as error:
            self._socket.send(frame(Error(Fault("bad_request", str(error)), error.id)), always=True)
            return
        except ValueError as error:
            log.info("a message that is none: %s", error)
            self._socket.close(CLOSES["bad_message"])
            return
        if isinstance(message, Subscribe):
            self.subscribe(message)
        else:
            self.unsubscribe(message.id)


class Sockets(Sock):  # type: ignore[misc]  # flask_sock has no types
    """Flask-Sock with our server: the decorated function gets a connected `SocketClient` and returns at once."""

    def __init__(self, app: Flask, web: Web, auth: Auth) -> None:
        super().__init__(app)
        self._web = web
        self._auth = auth

    def route(self, path: str, bp: Any = None, **kwargs: Any) -> Callable[[Callable[..., None]], None]:
        """Register a socket route."""

        def decorator(function: Callable[..., None]) -> None:
            @wraps(function)
            def served(*args: Any, **values: Any) -> Response:
                self._refuse_origin()
                key = handshake_key()
                client = self._shake_hands(key, take_descriptor())
                if client is not None:
                    try:
                        function(client, *args, **values)
                    except BaseException:
                        client.drop()
                        raise
                return Hijacked()

            (bp or self.app).route(path, websocket=True, **kwargs)(served)

        return decorator

    def _shake_hands(self, key: bytes, descriptor: int) -> SocketClient | None:
        """Answer a handshake; return the client, None where it is refused or its peer has gone by now.

        The descriptor is the client's, and its `drop` closes it, or it is closed here.
        """
        try:
            refusal = self._refusal()
            os.write(descriptor, accept_response(key))
            if refusal is None:
                return self._client(descriptor)
            os.write(descriptor, close_frame(refusal))
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError):
                log.debug("a handshake was not answered: %s", error)
                return None
            raise
        gevent.spawn_later(1.0, os.close, descriptor)
        return None

    def _client(self, descriptor: int) -> SocketClient:
        settings = self._web.settings
        return SocketClient(
            self._web,
            descriptor,
            request.remote_addr or "",
            limit=settings.outbox_max_kb * 1024,
            max_message=settings.message_max_kb * 1024,
        )

    def _refuse_origin(self) -> None:
        origin = request.headers.get("Origin")
        if origin is not None and not own_origin(origin, self._web.settings.allowed_origins):
            raise Refused("bad_origin", "This origin may not open a socket here; see ALLOWED_ORIGINS.")

    def _refusal(self) -> Close | None:
        if not self._auth.allowed():
            return CLOSES["signed_out"]
        return self._web.refusal(request.remote_addr or "", stream=False)


class Hijacked(Response):
    """The response of a request whose connection was taken over: gunicorn is to close its own descriptor only."""

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        """End the request without a byte."""
        raise StopIteration


def own_origin(origin: str, allowed: tuple[str, ...]) -> bool:
    """Tell whether a page of this origin may connect: the own host, or one of ALLOWED_ORIGINS ("*" is every one)."""
    if "*" in allowed or origin.lower() in {item.rstrip("/").lower() for item in allowed}:
        return True
    return urlsplit(origin.lower()).netloc == request.host.lower()


def handshake_key() -> bytes:
    """Return the client's key (RFC 6455, 4.2.1).

    Raises:
        Refused: this is no handshake of version 13.
    """
    headers = request.headers
    key = headers.get("Sec-WebSocket-Key", "").strip().encode()
    try:
        good = len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        good = False
    upgrades = headers.get("Upgrade", "").lower() == "websocket" and "upgrade" in headers.get("Connection", "").lower()
    if not (good and upgrades and headers.get("Sec-WebSocket-Version") == "13"):
        raise Refused("bad_request", "This is a WebSocket: connect with version 13.", 426)
    return key


def accept_response(key: bytes) -> bytes:
    """Return the answer to a handshake: no extension, no subprotocol."""
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())  # noqa: S324 - RFC 6455 wants SHA-1
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def take_descriptor() -> int:
    """Return a descriptor of our own for the request's connection.

    Raises:
        Refused: this server does not lend its connection (only gunicorn does), or speaks TLS itself.
    """
    connection = request.environ.get("gunicorn.socket")
    if connection is None or hasattr(connection, "getpeercert"):
        raise Refused("http", "Sockets are served by gunicorn without TLS; put a proxy in front.", 501)
    return os.dup(connection.fileno())


def install(app: Flask, web: Web, auth: Auth) -> None:
    """Add `/ws`."""
    sockets = Sockets(app, web, auth)

    @sockets.route("/ws")
    def socket(client: SocketClient) -> None:
        web.admit(client, SocketSession)
