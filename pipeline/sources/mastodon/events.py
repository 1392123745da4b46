"""The lines of an event stream, cut into events; bounded whatever comes, and nothing in them is understood here.

https://html.spec.whatwg.org/multipage/server-sent-events.html, as far as Mastodon uses it: `event`, `data`, comments
that keep the connection alive.
"""

from __future__ import annotations

from collections.abc import Iterator

LONGEST_EVENT = 1024 * 1024
KEPT_OF_TOO_LONG = 64 * 1024


class EventCutter:
    """Takes bytes as they come, gives (name, data) of each whole event. `beats` counts lines of any kind."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0
        self._skipping = False
        self.beats = 0

    def cut(self, block: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the events that are whole with this block."""
        lines = (self._rest + block).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self.beats += 1
            if self._skipping:
                self._skipping = False  # the end of a line whose beginning was given up
                continue
            yield from self._line(line.removesuffix(b"\r"))
        if len(self._rest) > LONGEST_EVENT:
            if not self._skipping:
                yield from self._line(self._rest)
            self._rest, self._skipping = b"", True

    def _line(self, line: bytes) -> Iterator[tuple[str, bytes]]:
        if not line:
            if self._data:
                yield self._name.decode(errors="replace"), b"\n".join(self._data)
            self._name, self._data, self._size = b"", [], 0
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            self._name = value[:100]
        elif field == b"data":
            size = len(value) + 1  # with its line end: lines of nothing, without end, must not pile up
            if self._size + size > LONGEST_EVENT:
                value = value[: max(0, KEPT_OF_TOO_LONG - self._size)]
                self._size = LONGEST_EVENT
                if not value:
                    return
            self._size += size
            self._data.append(value)
