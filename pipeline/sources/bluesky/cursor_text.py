"""Cursor of the Bluesky source as text: the time up to which all is collected, and the place on the server read last.

The time (µs) is the network's: the server's stamp less its delay (`joining/server_clock.py`). It means the same on
every server and never goes back. Stamp and sequence number of the newest event are valid on its own server only. A text
that cannot be read gives an empty cursor.
"""

from __future__ import annotations

import msgspec


class JetstreamCursor(msgspec.Struct):
    """Up to when (µs, the network's time) all is collected, and the newest event of `host`.

    `at_us` is that event's time by the server's clock (0 in cursors of earlier versions: `time_us`), `seq` its number
    there, 0 if the server gives none. `passing`: the server was still replaying, so the events just before are not
    known to be complete. `stepped`: what lies before `at_us` cannot be received and is not asked for again.
    """

    time_us: int = 0
    host: str = ""
    seq: int = 0
    at_us: int = 0
    passing: bool = False
    stepped: bool = False


def decode_cursor(cursor: str | None) -> JetstreamCursor:
    """Return the cursor of a text, an empty one if there is none or it cannot be read."""
    try:
        return msgspec.json.decode(cursor or "{}", type=JetstreamCursor)
    except msgspec.MsgspecError:
        return JetstreamCursor()


def encode_cursor(cursor: JetstreamCursor) -> str:
    """Return a cursor as text."""
    return msgspec.json.encode(cursor).decode()
