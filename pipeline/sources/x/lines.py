"""Lines out of blocks of bytes, each within a bound, and what a line of X's stream is."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

LONGEST = 256 * 1024
"""A post with all it refers to has some ten thousand bytes."""
KEPT_OF_TOO_LONG = 64 * 1024


class LineCutter:
    """Cuts one connection's blocks; what has no end yet is kept, of a line too long only its beginning."""

    def __init__(self) -> None:
        self._begun = bytearray()
        self._too_long = False

    def cut(self, block: bytes) -> Iterator[bytes]:
        """Yield the lines that end in a block, without their ends; b"" is a keep-alive."""
        *ended, rest = block.split(b"\n")
        for piece in ended:
            self._add(piece)
            line, self._begun, self._too_long = bytes(self._begun), bytearray(), False
            yield line.rstrip(b"\r")
        self._add(rest)

    def _add(self, piece: bytes) -> None:
        if self._too_long:
            return
        self._begun += piece
        if len(self._begun) > LONGEST:
            self._too_long = True
            del self._begun[KEPT_OF_TOO_LONG:]


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
    """X says, inside the stream, that it ends it; `limit`: because too much was asked for."""

    why: str
    limit: bool


_line = msgspec.json.Decoder(_Line).decode
_X_EPOCH_MS = 1_288_834_974_657


def meant(data: bytes) -> Disconnect | int:
    """Return what a line says: that the stream is over, or when its post was made (ms; 0: not known)."""
    try:
        line = _line(data)
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
