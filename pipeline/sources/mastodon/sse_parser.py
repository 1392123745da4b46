"""Parser of Mastodon's event streams: bytes in, (event name, data) out, with bounds on what it holds.

Implements the part of server-sent events that Mastodon uses: `event`, `data`, and comments as heartbeats
(https://html.spec.whatwg.org/multipage/server-sent-events.html). The data are not decoded here. `lines` counts the
lines, heartbeats too, by which the caller sees that the stream is alive.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.sources.line_splitter import LineSplitter

LONGEST_EVENT = 1024 * 1024
"""Bytes of all `data` lines of an event; the data of a longer one are cut to `KEPT` bytes."""
KEPT = 64 * 1024
LINE_KEPT = LONGEST_EVENT + len(b"data: ")
"""Bytes kept of a line that is too long: enough for its data to exceed `LONGEST_EVENT` as well."""


class SseParser:
    """Parser of one stream. `lines` counts the lines that ended, comments too, until the caller resets the count."""

    def __init__(self) -> None:
        self._splitter = LineSplitter(LONGEST_EVENT, LINE_KEPT)
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0
        self.lines = 0

    def parse(self, block: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the events that end in a block."""
        self.lines += block.count(b"\n")
        for line, _ in self._splitter.split(block):
            yield from self._line(line.removesuffix(b"\r"))

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
            self._add(value)

    def _add(self, value: bytes) -> None:
        size = len(value) + 1  # with the line feed that joins the lines: endless empty lines must not pile up
        if self._size + size > LONGEST_EVENT:
            value = value[: max(0, KEPT - self._size)]
            self._size = LONGEST_EVENT
            if not value:
                return
        self._size += size
        self._data.append(value)
