"""`/ws`: the WebSocket route: checks origin, sign-in and limits, answers the handshake, and admits the client.

It is a server of our own behind Flask-Sock's interface. The library's server loses parts of frames to slow readers, has
no lock on sending, compresses on request, checks no Origin, bounds no message and sends no pings. Here the connection
moves to a `SocketClient` on a descriptor of its own after the handshake, and the request's greenlet ends. A refusal for
want of sign-in or room is a close frame after the handshake, since a browser's script cannot read a status.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import gevent
from flask import Flask, Response, request
from flask_sock import Sock

from web.api_errors import ApiError
from web.auth import Auth, own_origin
from web.live.client_admission import Admission
from web.live.clients.socket_client import SocketClient
from web.live.handshake import accept_response, handshake_key, take_descriptor
from web.protocol.close_codes import CLOSES, Close
from web.protocol.websocket_frames import close_frame

log = logging.getLogger("web.live.websocket")


class Sockets(Sock):  # type: ignore[misc]  # flask_sock has no types
    """Flask-Sock with our server: the decorated function gets a connected `SocketClient` and returns at once."""

    def __init__(self, app: Flask, admission: Admission, auth: Auth, allowed_origins: tuple[str, ...]) -> None:
        super().__init__(app)
        self._admission = admission
        self._auth = auth
        self._allowed_origins = allowed_origins

    def route(self, path: str, bp: Any = None, **kwargs: Any) -> Callable[[Callable[..., None]], None]:
        """Register a socket route."""

        def decorator(function: Callable[..., None]) -> None:
            @wraps(function)
            def served(*args: Any, **values: Any) -> Response:
                return self._serve(function, *args, **values)

            (bp or self.app).route(path, websocket=True, **kwargs)(served)

        return decorator

    def _serve(self, function: Callable[..., None], *args: Any, **values: Any) -> Response:
        self._check_origin()
        key = handshake_key()
        client = self._shake_hands(key, take_descriptor())
        if client is not None:
            try:
                function(client, *args, **values)
            except BaseException:
                client.drop()
                raise
        return Hijacked()

    def _shake_hands(self, key: bytes, descriptor: int) -> SocketClient | None:
        """Answer a handshake; return the client, None where the client is refused or has disconnected.

        The client's `drop` closes the descriptor; without a client it is closed here.
        """
        try:
            refusal = self._refusal()
            os.write(descriptor, accept_response(key))
            if refusal is None:
                return self._admission.socket_client(descriptor, request.remote_addr or "")
            os.write(descriptor, close_frame(refusal))
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError):
                log.debug("a handshake was not answered: %s", error)
                return None
            raise
        gevent.spawn_later(1.0, os.close, descriptor)
        return None

    def _check_origin(self) -> None:
        origin = request.headers.get("Origin")
        if origin is not None and not own_origin(origin, self._allowed_origins):
            raise ApiError("bad_origin", "This origin may not open a socket here; see ALLOWED_ORIGINS.")

    def _refusal(self) -> Close | None:
        if not self._auth.allowed():
            return CLOSES["signed_out"]
        return self._admission.refusal(request.remote_addr or "", stream=False)


class Hijacked(Response):
    """The response of a request whose connection was taken over: gunicorn closes its own descriptor only."""

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        """End the request without a byte."""
        raise StopIteration


def install(app: Flask, admission: Admission, auth: Auth, allowed_origins: tuple[str, ...]) -> None:
    """Add `/ws` to an app."""
    Sockets(app, admission, auth, allowed_origins).route("/ws")(admission.admit)
