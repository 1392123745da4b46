"""Splits a stream of bytes into records: lines, the values of a JSON document, or server-sent events.

`shape_of` recognises which of these a file is by its first bytes. The readers of files split with these functions, and
`/api/ingest` the bodies of its requests. Each splitter takes blocks of bytes and yields lists of (record, end): `end`
is the offset of the byte behind the record, where reading can be taken up again. The elements of a value too long to
hold all have the offset of that value's beginning. A splitter does not decode a record: a torn one is passed on as it
is, and a worker turns it into a dead letter with the reason. No splitter holds a record longer than
`RECORD_MAX_BYTES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from pipeline.sources.large_document import RECORD_MAX_BYTES, STRING_OR_BRACKET, LargeDocument
from pipeline.sources.line_splitter import TRUNCATED_BYTES, Cut, LineSplitter

Shape = Literal["lines", "document", "events"]

_EVENT_LINE = re.compile(rb"^(?::|event:|data:|id:|retry:)")
_DOCUMENT_OPENS = re.compile(rb"^\s*(\[|\{\s*\r?\n|\{\s*$)")
_ASSIGNMENT = re.compile(
    rb"^(?:(?:var|let|const)\s)?[A-Za-z_$][\w.$]{0,200}(?:\[[^\]]{0,100}\])?\s{0,20}=\s{0,20}[\[{]"
)
"""A JSON value as JavaScript, as in X's archives: `window.YTD.tweets.part0 = [`, `Grailbird.data.tweets_2013_05 =`."""


def shape_of(head: bytes) -> Shape:
    """Recognise how to split a file by its first bytes: a list or an indented object is a document, `event:` is SSE.

    A JSON value that is assigned to a variable of JavaScript is a document too.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _EVENT_LINE.match(start):
        return "events"
    return "document" if _DOCUMENT_OPENS.match(start) or _ASSIGNMENT.match(start) else "lines"


def lines(blocks: Iterable[bytes], start: int = 0) -> Iterator[list[Cut]]:
    """Yield the lines of each block, without empty ones (keep-alives).

    A line longer than `RECORD_MAX_BYTES` gives the elements of its list of posts.
    """
    for cuts in _all_lines(blocks, start, split_long=True):
        found = [(line, end) for line, end in cuts if line and line != b"\r"]
        if found:
            yield found


def _all_lines(blocks: Iterable[bytes], start: int, *, split_long: bool = False) -> Iterator[list[Cut]]:
    """Yield the lines of each block, with empty ones; the last line too if it has no end and is not blank."""
    splitter = LineSplitter(RECORD_MAX_BYTES, TRUNCATED_BYTES, start, LargeDocument if split_long else None)
    for block in blocks:
        yield splitter.split(block)
    yield [(line, end) for line, end in splitter.end() if line.strip()]


def document(blocks: Iterable[bytes], start: int = 0) -> Iterator[list[Cut]]:
    """Yield the objects of a JSON document: one object, several in a row, or the elements of a list.

    What stands before the first bracket is passed over, such as the `window.YTD.tweets.part0 =` of X's archives. An
    object longer than `RECORD_MAX_BYTES` gives the elements of its list of posts.
    """
    scan = DocumentScan(start)
    for block in blocks:
        if cuts := scan.feed(block):
            yield cuts
    if cuts := scan.end():
        yield cuts


def elements(blocks: Iterable[bytes], start: int = 0) -> Iterator[list[Cut]]:
    """Yield the elements of the lists of posts of one object of any size, such as `{"orderedItems":[…]}`."""
    large = LargeDocument(start)
    for block in blocks:
        cuts, _ = large.feed(block)
        if cuts:
            yield cuts
        if large.closed:
            return
    if cuts := large.end():
        yield cuts


class DocumentScan:
    """Scan of a document by its brackets, block by block.

    `rest` holds the bytes still needed, which begin at `offset` of the stream. `begin` is where in `rest` the open
    object begins, -1 without one. `large` takes over an object too long to hold.
    """

    def __init__(self, offset: int) -> None:
        self.rest = b""
        self.offset = offset
        self.begin = -1
        self._scanned = 0
        self._depth = 0
        self._large: LargeDocument | None = None

    def feed(self, block: bytes) -> list[Cut]:
        """Add a block; return the objects that end in it."""
        cuts: list[Cut] = []
        if self._large is not None:
            block = self._feed_large(self._large, block, cuts)
        self.rest += block
        for mark in STRING_OR_BRACKET.finditer(self.rest, self._scanned):
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

    def end(self) -> list[Cut]:
        """Return what is left when the stream ends: an object that was cut off."""
        if self._large is not None:
            return self._large.end()
        return [(self.rest, self.offset + len(self.rest))] if self.begin >= 0 else []

    def _open(self, sign: bytes, position: int) -> None:
        if self._depth == 0:
            if sign == b"[":  # the list itself is no record, its elements are
                return
            self.begin = position
        self._depth += 1

    def _discard(self, cuts: list[Cut]) -> None:
        """Discard bytes of complete objects; an object too long to hold is read by its elements."""
        drop = self.begin if self.begin >= 0 else self._scanned
        self.rest, self.offset, self._scanned = self.rest[drop:], self.offset + drop, self._scanned - drop
        self.begin = 0 if self.begin >= 0 else -1
        if len(self.rest) <= RECORD_MAX_BYTES:
            return
        rest, self.rest, self._scanned = self.rest, b"", 0
        if self.begin < 0:  # a string without an end, outside of every object
            cuts.append((rest[:TRUNCATED_BYTES], self.offset + len(rest)))
            self.offset += len(rest)
            return
        self._depth, self.begin = 0, -1
        self._large = LargeDocument(self.offset)
        self.rest = self._feed_large(self._large, rest, cuts)

    def _feed_large(self, large: LargeDocument, block: bytes, cuts: list[Cut]) -> bytes:
        """Feed the scan of the long object; return what comes behind it, else b""."""
        found, behind = large.feed(block)
        cuts += found
        self.offset += len(block) - len(behind)
        if large.closed:
            cuts += large.end()
            self._large = None
        return behind


def _bounded(record: bytes) -> bytes:
    return record if len(record) <= RECORD_MAX_BYTES else record[:TRUNCATED_BYTES]


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
            elif field == b"data" and len(data) <= RECORD_MAX_BYTES:
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
    payload = bytes(data[:TRUNCATED_BYTES] if len(data) > RECORD_MAX_BYTES else data).decode(errors="replace")
    return msgspec.json.encode({"event": name or "message", "payload": payload})


SPLITTERS = {"lines": lines, "document": document, "events": events}
"""Function that splits a stream of each shape."""
