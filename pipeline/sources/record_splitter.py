"""Splits a stream of bytes into records: lines, the values of a JSON document, or server-sent events.

`shape_of` recognises which of these a file is by its first bytes. Replay splits its files with these functions, and
`/api/ingest` the bodies of its requests. Each splitter takes blocks of bytes and yields lists of (record, end): `end`
is the offset of the byte behind the record, where reading can be taken up again. A splitter does not decode a record: a
torn one is passed on as it is, and a worker turns it into a dead letter with the reason. No splitter holds a record
longer than `LONGEST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from pipeline.sources.line_splitter import Cut, LineSplitter

LONGEST = 4 * 1024 * 1024
"""Bytes of the longest record; a longer one is cut to `KEPT` bytes, which cannot be decoded, and becomes a dead
letter."""
KEPT = 64 * 1024

Shape = Literal["lines", "document", "events"]

_EVENT_LINE = re.compile(rb"^(?::|event:|data:|id:|retry:)")
_DOCUMENT_OPENS = re.compile(rb"^\s*(\[|\{\s*\r?\n|\{\s*$)")


def shape_of(head: bytes) -> Shape:
    """Recognise how to split a file by its first bytes: a list or an indented object is a document, `event:` is SSE."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _EVENT_LINE.match(start):
        return "events"
    return "document" if _DOCUMENT_OPENS.match(start) else "lines"


def lines(blocks: Iterable[bytes], start: int = 0) -> Iterator[list[Cut]]:
    """Yield the lines of each block, without empty ones (keep-alives)."""
    for cuts in _all_lines(blocks, start):
        found = [(line, end) for line, end in cuts if line and line != b"\r"]
        if found:
            yield found


def _all_lines(blocks: Iterable[bytes], start: int) -> Iterator[list[Cut]]:
    """Yield the lines of each block, with empty ones; the last line too if it has no end and is not blank."""
    splitter = LineSplitter(LONGEST, KEPT, start)
    for block in blocks:
        yield splitter.split(block)
    yield [(line, end) for line, end in splitter.end() if line.strip()]


_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]|"')


def document(blocks: Iterable[bytes], start: int = 0) -> Iterator[list[Cut]]:
    """Yield the objects of a JSON document: one object, several in a row, or the elements of a list."""
    scan = _DocumentScan(start)
    for block in blocks:
        if cuts := scan.feed(block):
            yield cuts
    if scan.begin >= 0:
        yield [(scan.rest, scan.offset + len(scan.rest))]


class _DocumentScan:
    """Scan of a document by its brackets.

    `rest` holds the bytes still needed, which begin at `offset` of the stream. `begin` is where in `rest` the open
    object begins, -1 without one.
    """

    def __init__(self, offset: int) -> None:
        self.rest = b""
        self.offset = offset
        self.begin = -1
        self._scanned = 0
        self._depth = 0

    def feed(self, block: bytes) -> list[Cut]:
        """Add a block; return the objects that end in it."""
        self.rest += block
        cuts: list[Cut] = []
        for mark in _STRING_OR_BRACKET.finditer(self.rest, self._scanned):
            sign = self.rest[mark.start() : mark.end()]
            if sign == b'"':  # the string continues in the next block
                self._scanned = mark.start()
                break
            self._scanned = mark.end()
            if sign in (b"{", b"["):
                self._open(sign, mark.start())
            elif sign in (b"}", b"]") and self._depth:
                self._depth -= 1
                if self._depth == 0:
                    cuts.append((_bounded(self.rest[self.begin : mark.end()]), self.offset + mark.end()))
                    self.begin = -1
        self._discard(cuts)
        return cuts

    def _open(self, sign: bytes, position: int) -> None:
        if self._depth == 0:
            if sign == b"[":  # the list itself is no record, its elements are
                return
            self.begin = position
        self._depth += 1

    def _discard(self, cuts: list[Cut]) -> None:
        """Discard bytes of complete objects; an object too long to hold becomes one unreadable record."""
        drop = self.begin if self.begin >= 0 else self._scanned
        if len(self.rest) - drop > LONGEST:
            cuts.append((self.rest[drop : drop + KEPT], self.offset + len(self.rest)))
            drop = self._scanned = len(self.rest)
            self._depth, self.begin = 0, -1
        self.rest, self.offset, self._scanned = self.rest[drop:], self.offset + drop, self._scanned - drop
        self.begin = 0 if self.begin >= 0 else -1


def _bounded(record: bytes) -> bytes:
    return record if len(record) <= LONGEST else record[:KEPT]


def events(blocks: Iterable[bytes], start: int = 0) -> Iterator[list[Cut]]:
    """Yield server-sent events as the JSON objects of Mastodon's WebSocket, `{"event":…,"payload":…}`, without
    comments."""
    name, data, end = "", bytearray(), start
    for cuts in _all_lines(blocks, start):
        found: list[Cut] = []
        for raw, after in cuts:
            line, end = raw.rstrip(b"\r"), after
            field, _, value = line.partition(b":")
            if field == b"event":
                name = value.strip().decode(errors="replace")
            elif field == b"data" and len(data) <= LONGEST:
                data += (b"\n" if data else b"") + value.removeprefix(b" ")
            elif not line:
                if data:
                    found.append((_event(name, data), end))
                name, data = "", bytearray()
        if found:
            yield found
    if data:
        yield [(_event(name, data), end)]


def _event(name: str, data: bytearray) -> bytes:
    payload = bytes(data[:KEPT] if len(data) > LONGEST else data).decode(errors="replace")
    return msgspec.json.encode({"event": name or "message", "payload": payload})


SPLITTERS = {"lines": lines, "document": document, "events": events}
"""How to split a stream of each shape."""
