"""Cursor of the X source as text: the budget's month and count, and when the stream was last received.

X's stream cannot be resumed, so this cursor is no position in it: the budget and the report of gaps need it. A text
that cannot be read gives a new cursor.
"""

from __future__ import annotations

import msgspec


class XCursor(msgspec.Struct):
    """The budget's month (`2026-10`), the posts counted in it, and when X was last received (ms UTC).

    `received_ms` 0: nothing was received yet, or reading has stopped on purpose.
    """

    month: str = ""
    count: int = 0
    received_ms: int = msgspec.field(default=0, name="heard_ms")


_decode = msgspec.json.Decoder(XCursor).decode


def decode_cursor(cursor: str | None) -> XCursor:
    """Return the cursor of a text, a new one if there is none or it cannot be read."""
    try:
        return _decode(cursor or "{}")
    except (msgspec.MsgspecError, ValueError):
        return XCursor()


def encode_cursor(cursor: XCursor) -> str:
    """Return a cursor as text."""
    return msgspec.json.encode(cursor).decode()
