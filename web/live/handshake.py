"""WebSocket handshake (RFC 6455, 4.2): checks the request, makes the answer, and takes over the connection.

Taking over needs gunicorn without TLS; the descriptor is duplicated, so the server may close its own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os

from flask import request

from web.api_errors import ApiError

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


def handshake_key() -> bytes:
    """Return the client's key (RFC 6455, 4.2.1).

    Raises:
        ApiError: the request is no handshake of version 13.
    """
    headers = request.headers
    key = headers.get("Sec-WebSocket-Key", "").strip().encode()
    try:
        good = len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        good = False
    upgrades = headers.get("Upgrade", "").lower() == "websocket" and "upgrade" in headers.get("Connection", "").lower()
    if not (good and upgrades and headers.get("Sec-WebSocket-Version") == "13"):
        raise ApiError("bad_request", "This is a WebSocket: connect with version 13.", 426)
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
        ApiError: the server does not lend its connection (only gunicorn does), or speaks TLS itself.
    """
    connection = request.environ.get("gunicorn.socket")
    if connection is None or hasattr(connection, "getpeercert"):
        raise ApiError("http", "Sockets are served by gunicorn without TLS; put a proxy in front.", 501)
    return os.dup(connection.fileno())
