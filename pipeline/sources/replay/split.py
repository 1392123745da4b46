"""Cut a stream of bytes into records: lines, the values of a JSON document, or server-sent events.

Every cutter takes blocks of bytes and gives (record, end): `end` counts the bytes of the stream up to where the next
record begins, so that reading can be taken up there. What a record says is not looked at: a torn one is passed on as it
is, and set aside later with its reason. No record is ever held that is longer than `LONGEST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

LONGEST = 4 * 1024 * 1024
"""A longer record is cut to `KEPT` bytes, which makes it unreadable: it ends in the dead letters and nothing else."""
KEPT = 64 * 1024

Shape = Literal["lines", "document", "events"]
Cut = tuple[bytes, int]

_EVENT_LINE = re.compile(rb"^(?::|event:|data:|id:|retry:)")
_DOCUMENT_OPENS = re.compile(rb"^\s*(\[|\{\s*\r?\n|\{\s*$)")


def shape_of(head: bytes) -> Shape:
    """Tell how a file is cut from its first bytes: a list or an indented object is a document, `event:` is SSE."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _EVENT_LINE.match(start):
        return "events"
    return "document" if _DOCUMENT_OPENS.match(start) else "lines"


def lines(blocks: Iterable[bytes], start: int = 0) -> Iterator[list[Cut]]:
    """Yield the lines of each block, empty ones (keep-alives) left out."""
    rest, offset, skipping = b"", start, False
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        cuts: list[Cut] = []
        for line in whole:
            offset += len(line) + 1
            if skipping:
                skipping = False
            elif line and line != b"\r":
                cuts.append((line[:KEPT] if len(line) > LONGEST else line, offset))
        if len(rest) > LONGEST:
            if not skipping:
                cuts.append((rest[:KEPT], offset + len(rest)))
            offset += len(rest)
            rest, skipping = b"", True
        if cuts:
            yield cuts
    if rest.strip() and not skipping:
        yield [(rest, offset + len(rest))]


_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]|"')


def document(blocks: Iterable[bytes], start: int = 0) -> Iterator[list[Cut]]:
    """Yield the objects of a JSON document: one or several of them, or the elements of a list of them."""
    scan = _Scan(start)
    for block in blocks:
        if cuts := scan.feed(block):
            yield cuts
    if scan.begin >= 0:
        yield [(scan.rest, scan.offset + len(scan.rest))]


class _Scan:
    """Where a document has been read to: `rest` is what is held, beginning at `offset`; an open object at `begin`."""

    def __init__(self, offset: int) -> None:
        self.rest = b""
        self.offset = offset
        self.begin = -1
        self._scanned = 0
        self._depth = 0

    def feed(self, block: bytes) -> list[Cut]:
        """Take a block; return the objects that end in it."""
        self.rest += block
        cuts: list[Cut] = []
        for mark in _MARKS.finditer(self.rest, self._scanned):
            sign = self.rest[mark.start() : mark.end()]
            if sign == b'"':  # a string that goes on in the next block
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
        self._forget(cuts)
        return cuts

    def _open(self, sign: bytes, position: int) -> None:
        if self._depth == 0:
            if sign == b"[":  # the list itself: its elements are the records
                return
            self.begin = position
        self._depth += 1

    def _forget(self, cuts: list[Cut]) -> None:
        """Let go of what has been read; what is too long to hold is one unreadable record."""
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
    """Yield server-sent events as the objects a socket would carry: `{"event":…,"payload":…}`; comments left out."""
    name, data, end = "", bytearray(), start
    for cuts in _all_lines(blocks, start):
        found: list[Cut] = []
        for line, after in cuts:
            end = after
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


def _all_lines(blocks: Iterable[bytes], start: int) -> Iterator[list[Cut]]:
    """Yield lines, the empty ones too (they end an event); of a line too long only its beginning."""
    rest, offset, skipping = b"", start, False
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        cuts = []
        for line in whole:
            offset += len(line) + 1
            if not skipping:
                cuts.append((line.rstrip(b"\r"), offset))
            skipping = False
        if len(rest) > LONGEST:
            if not skipping:
                cuts.append((rest[:KEPT], offset + len(rest)))
            offset, rest, skipping = offset + len(rest), b"", True
        yield cuts
    if rest and not skipping:
        yield [(rest, offset + len(rest))]


def _event(name: str, data: bytearray) -> bytes:
    payload = bytes(data[:KEPT] if len(data) > LONGEST else data).decode(errors="replace")
    return msgspec.json.encode({"event": name or "message", "payload": payload})


CUTTERS = {"lines": lines, "document": document, "events": events}
