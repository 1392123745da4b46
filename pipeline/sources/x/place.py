"""Where X stands: the month, the posts counted in it, and when something was last heard; kept as the cursor.

X has no place to go on from, so this is no place in its stream: it is what a budget and the telling of gaps need.
"""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct):
    """What survives a restart; `heard_ms` 0: nothing was heard yet."""

    month: str = ""
    count: int = 0
    heard_ms: int = 0


_decode = msgspec.json.Decoder(Place).decode


def decode_place(cursor: str | None) -> Place:
    """Return the place of a cursor; a new one where there is none, or it cannot be read."""
    try:
        return _decode(cursor or "{}")
    except (msgspec.MsgspecError, ValueError):
        return Place()


def encode_place(place: Place) -> str:
    """Return a place as a cursor."""
    return msgspec.json.encode(place).decode()
