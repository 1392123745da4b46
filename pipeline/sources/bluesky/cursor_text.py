"""Cursor of the Bluesky source as text: the latest event time, the server it came from, and its sequence number there.

The time (µs) means about the same on every server, so reading can resume on any of them; the sequence number is valid
on its own server only. A text that cannot be read gives an empty cursor.
"""

from __future__ import annotations

import msgspec


class JetstreamCursor(msgspec.Struct):
    """The greatest event time received (µs, by the server's clock), from which server, and its sequence number there.

    The time means about the same on every server; the sequence number is valid on `host` only.
    """

    time_us: int = 0
    host: str = ""
    seq: int = 0


def decode_cursor(cursor: str | None) -> JetstreamCursor:
    """Return the cursor of a text, an empty one if there is none or it cannot be read."""
    try:
        return msgspec.json.decode(cursor or "{}", type=JetstreamCursor)
    except msgspec.MsgspecError:
        return JetstreamCursor()


def encode_cursor(cursor: JetstreamCursor) -> str:
    """Return a cursor as text."""
    return msgspec.json.encode(cursor).decode()
