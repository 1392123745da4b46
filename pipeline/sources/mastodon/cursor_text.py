"""Cursor of the Mastodon source as text: for each stream its newest status and when it was last received.

A text that cannot be read gives an empty cursor.
"""

from __future__ import annotations

import msgspec


class StreamPosition(msgspec.Struct):
    """The id of a stream's newest status, and when the stream was last received (ms UTC; 0: never)."""

    newest: str = ""
    at_ms: int = 0


Positions = dict[str, StreamPosition]
"""Positions by the key of their stream (`ServerStream.key`)."""

_decode = msgspec.json.Decoder(Positions).decode


def decode_cursor(cursor: str | None) -> Positions:
    """Return the positions of a cursor, {} if there is none or it cannot be read."""
    try:
        return _decode(cursor or "{}")
    except msgspec.MsgspecError:
        return {}


def encode_cursor(positions: Positions) -> str:
    """Return positions as a cursor."""
    return msgspec.json.encode(positions).decode()
