"""Meaning of a line of X's stream: a post and its time, or the notice that X ends the connection, and why.

The line itself is passed on as it is; `normalise` reads the post.
"""

from __future__ import annotations

import msgspec


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""
    disconnect_type: str = ""
    connection_issue: str = ""


class _Data(msgspec.Struct):
    id: str = ""


class _Line(msgspec.Struct):
    data: _Data | None = None
    errors: list[_Problem] = []
    title: str = ""
    detail: str = ""
    disconnect_type: str = ""
    connection_issue: str = ""


class Disconnect(msgspec.Struct, frozen=True):
    """Notice inside the stream that X ends the connection; `limit`: because too much was requested."""

    why: str
    limit: bool


_decode = msgspec.json.Decoder(_Line).decode
_X_EPOCH_MS = 1_288_834_974_657
"""Time (ms UTC) from which the times in X's ids count."""


def read_line(data: bytes) -> Disconnect | int:
    """Return the notice of a disconnect, or when the line's post was created (ms UTC; 0: unknown)."""
    try:
        line = _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return 0
    if line.data is not None:
        number = line.data.id
        return (int(number) >> 22) + _X_EPOCH_MS if number.isascii() and number.isdigit() and len(number) <= 20 else 0
    own = _Problem(line.title, line.detail, line.disconnect_type, line.connection_issue)
    for problem in (own, *line.errors):
        if problem.disconnect_type or problem.connection_issue or problem.title == "operational-disconnect":
            words = (problem.disconnect_type or problem.connection_issue or problem.title, problem.detail)
            limit = "TooMany" in words[0] or "Usage" in words[0]
            return Disconnect(": ".join(word for word in words if word)[:200], limit)
    return 0
