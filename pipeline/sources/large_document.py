"""Scan of a JSON value too long to hold: yields the elements of its list of posts, one after another, as bytes.

The value is a list, or an object with lists of records: `{"statuses":[…]}`, `{"data":[…],"meta":…}`. An element of
`data` comes as a page with one post and the `includes` that it needs (`page_includes.py`). Memory holds one element, or
what of `data` waits for its includes, up to `PAGE_MAX_BYTES`.

Brackets and strings are found by a regular expression. ijson 3.6 is as fast (34 and 32 MB/s of X v1.1), but gives
decoded values, from which the bytes of a record cannot be had back, and no place at which to go on.
"""

from __future__ import annotations

import re

import msgspec

from pipeline.sources.line_splitter import TRUNCATED_BYTES, Cut
from pipeline.sources.page_includes import PageIncludes

RECORD_MAX_BYTES = 4 * 1024 * 1024
"""Bytes of the longest record; a longer one is cut to `TRUNCATED_BYTES` and becomes a dead letter."""
RECORD_LISTS = frozenset({b"statuses", b"tweets", b"data", b"posts", b"feed", b"orderedItems", b"results", b"records"})
"""Names of the lists of records: X v1.1 and v2, Bluesky's AppView, ActivityPub, Gnip."""
STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]|"', re.DOTALL)
"""A JSON string, a bracket, or the quote of a string that ends in a later block."""
PAGE_MAX_BYTES = 24 * 1024 * 1024
"""Bytes of a page's `data`, and of its `includes`, that are held. Of a longer page the posts come without includes."""
INCLUDES_LOST = b"includes of more than 24 MiB are not read: the posts of that page lack authors, media and originals"
"""A record that is none, so that it is counted as set aside with its words."""
_KEY_MAX_BYTES = 64


class LargeDocument:
    """The scan of one value that begins at `start` of its stream. Every cut has the offset `start`: reading can be
    taken up again at the value's beginning only."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._rest = b""
        self._scanned = 0
        self._head = b""
        self._depth = 0
        self._list_depth = 0
        self._key = b""
        self._last_string = b""
        self._begin = -1
        self._includes_begin = -1
        self._includes: PageIncludes | None = None
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._found = 0
        self.closed = False

    def feed(self, block: bytes) -> tuple[list[Cut], bytes]:
        """Add bytes; return the elements that end in them, and the bytes behind the value's end."""
        if self.closed:
            return [], block
        if len(self._head) < TRUNCATED_BYTES:
            self._head += block[: TRUNCATED_BYTES - len(self._head)]
        self._rest += block
        cuts: list[Cut] = []
        data = self._rest
        for mark in STRING_OR_BRACKET.finditer(data, self._scanned):
            sign = data[mark.start()]
            if sign == 0x22:
                if mark.end() - mark.start() == 1:  # the string continues in the next block
                    self._scanned = mark.start()
                    break
                if self._depth == 1 and not self._list_depth:
                    self._last_string = data[mark.start() + 1 : min(mark.end() - 1, mark.start() + _KEY_MAX_BYTES)]
            elif sign in b"{[":
                self._open(sign, mark.start())
            else:
                self._close(mark.end(), cuts)
                if self._depth <= 0:
                    self.closed, self._rest = True, b""
                    return cuts + self._without_includes(), data[mark.end() :]
            self._scanned = mark.end()
        self._discard(cuts)
        return cuts, b""

    def end(self) -> list[Cut]:
        """Return what is left when the stream ends: an element that was cut off, or a value without a list."""
        left = self._without_includes()
        if self._begin >= 0:
            self._found += 1
            return [*left, (self._rest[self._begin :], self._start)]
        return left if self._found else [(self._head, self._start)]

    def _open(self, sign: int, position: int) -> None:
        self._depth += 1
        if sign == 0x5B and not self._list_depth:
            named = self._depth == 2 and self._last_string in RECORD_LISTS
            if self._depth == 1 or named:
                self._list_depth, self._key = self._depth, self._last_string if named else b""
        elif sign == 0x7B and self._depth == self._list_depth + 1 and self._list_depth:
            self._begin = position
        elif sign == 0x7B and self._depth == 2 and self._last_string == b"includes":
            self._includes_begin = position

    def _close(self, position: int, cuts: list[Cut]) -> None:
        self._depth -= 1
        if self._depth == self._list_depth and self._list_depth:
            if self._begin >= 0:
                cuts += self._cut(self._rest[self._begin : position])
            self._begin = -1
        elif self._depth < self._list_depth:
            self._list_depth = 0
        elif self._depth == 1 and self._includes_begin >= 0:
            cuts += self._with_includes(self._rest[self._includes_begin : position])
            self._includes_begin = -1

    def _cut(self, element: bytes) -> list[Cut]:
        """Return an element as a record; [] while it waits for the includes of its page."""
        self._found += 1
        if len(element) > RECORD_MAX_BYTES:
            return [(element[:TRUNCATED_BYTES], self._start)]
        if self._key != b"data":
            return [(element, self._start)]
        if self._includes is not None:
            return [(self._includes.page_of(element), self._start)]
        self._waiting.append(element)
        self._waiting_bytes += len(element)
        return self._without_includes() if self._waiting_bytes > PAGE_MAX_BYTES else []

    def _with_includes(self, raw: bytes) -> list[Cut]:
        """Return the posts that wait for these includes; the posts behind get them too."""
        lost: list[Cut] = [(INCLUDES_LOST, self._start)] if self._waiting_bytes > PAGE_MAX_BYTES else []
        try:
            self._includes = PageIncludes(raw)
        except msgspec.MsgspecError:
            return lost
        waiting, self._waiting = self._waiting, []
        return [*lost, *((self._includes.page_of(post), self._start) for post in waiting)]

    def _without_includes(self) -> list[Cut]:
        """Return the posts that wait for includes as pages without any."""
        waiting, self._waiting = self._waiting, []
        return [(b'{"data":%b}' % post, self._start) for post in waiting]

    def _discard(self, cuts: list[Cut]) -> None:
        """Discard the bytes of complete elements; an element too long to hold is one unreadable record."""
        if self._begin >= 0 and len(self._rest) - self._begin > RECORD_MAX_BYTES:
            cuts += self._cut(self._rest[self._begin :])
            self._begin = -1
        if self._includes_begin >= 0 and len(self._rest) - self._includes_begin > PAGE_MAX_BYTES:
            cuts.append((INCLUDES_LOST, self._start))
            self._includes_begin = -1
        begun = self._begin if self._includes_begin < 0 else self._includes_begin
        drop = begun if begun >= 0 else self._scanned
        if (
            begun < 0 and len(self._rest) - drop > RECORD_MAX_BYTES
        ):  # a string without an end: its quote is enough of it
            slashes = len(self._rest) - len(self._rest.rstrip(b"\\"))
            self._rest, self._scanned = b'"\\' if slashes % 2 else b'"', 0
            return
        self._rest, self._scanned = self._rest[drop:], self._scanned - drop
        self._begin = 0 if self._begin >= 0 else -1
        self._includes_begin = 0 if self._includes_begin >= 0 else -1
