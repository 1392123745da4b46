"""WebSocket framing (RFC 6455, 5.2): server frames as bytes, unmasked and unfragmented."""

from __future__ import annotations

import struct

from web.protocol.close_codes import Close

MAX_CLOSE_REASON_BYTES = 120
TEXT, CLOSE, PING_CODE, PONG = 0x1, 0x8, 0x9, 0xA
"""Opcodes (RFC 6455, 11.8)."""
_MEDIUM = struct.Struct("!BBH")
_LARGE = struct.Struct("!BBQ")


def socket_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return one unmasked, final WebSocket frame (RFC 6455, 5.2)."""
    size = len(payload)
    first = 0x80 | opcode
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65_536:
        return _MEDIUM.pack(first, 126, size) + payload
    return _LARGE.pack(first, 127, size) + payload


def close_frame(close: Close) -> bytes:
    """Return the close frame of a close code, with the delay drawn for one client."""
    return socket_frame(struct.pack("!H", close.code) + close.reason().encode()[:MAX_CLOSE_REASON_BYTES], CLOSE)


PING = socket_frame(b"", PING_CODE)
"""A ping without payload."""
