"""A WebSocket by hand, for tests that send broken bytes or read nothing."""

from __future__ import annotations

import socket
import struct


def raw(port: int) -> socket.socket:
    """Return a connection whose handshake is done."""
    connection = socket.create_connection(("127.0.0.1", port), 10)
    connection.sendall(HANDSHAKE)
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(1)
    assert b" 101 " in head
    assert b"xtensions" not in head, "no compression is agreed on"
    return connection


HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
)


def close_code(connection: socket.socket) -> int:
    """Read up to the close frame and return its code."""
    data = b""
    while chunk := connection.recv(65_536):
        data += chunk
    at = 0
    while at < len(data):
        size = data[at + 1]
        head = 2
        if size == 126:
            size, head = struct.unpack_from("!H", data, at + 2)[0], 4
        if data[at] == 0x88:
            return int(struct.unpack_from("!H", data, at + head)[0])
        at += head + size
    raise AssertionError("no close frame")
