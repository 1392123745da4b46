"""Splits a stream of bytes into lines, with a bound on the memory that one line may take.

A longer line is cut and its rest skipped. Each line comes with the offset behind it, where reading can be taken up
again. Every source that reads lines uses this class with a bound of its own: standard input, recordings, event streams,
X.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Cut = tuple[bytes, int]
"""A line or record, and the offset in the stream of the byte behind it: where reading can be taken up again."""

TRUNCATED_BYTES = 64 * 1024
"""Bytes that are kept of a line or record which is longer than its source allows; they become a dead letter."""


class LongLine(Protocol):
    """A line too long to hold, which is read in parts."""

    def feed(self, block: bytes) -> tuple[list[Cut], bytes]:
        """Add bytes of the line; return the parts that end in them, and the bytes behind the line's value."""
        ...

    def end(self) -> list[Cut]:
        """Return the last part."""
        ...


class LineSplitter:
    """Splitter of one stream at `\\n`.

    A line longer than `longest` bytes is cut to its first `kept` bytes, and the rest of the line is skipped. A JSON
    record cut in this way cannot be decoded, so it becomes one dead letter and costs no other record. `open_long` takes
    such a line over, given the offset of its beginning: then its parts are returned, and nothing is cut.
    """

    def __init__(
        self, longest: int, kept: int, start: int = 0, open_long: Callable[[int], LongLine] | None = None
    ) -> None:
        self._longest = longest
        self._kept = kept
        self._end = start
        self._begun = bytearray()
        self._skipping = False
        self._open_long = open_long
        self._long: LongLine | None = None

    def split(self, block: bytes) -> list[Cut]:
        """Return the lines that end in a block, without their `\\n`; empty lines are lines too.

        A line that outgrows the bound is returned as soon as it does, before its end is known.
        """
        *ended, rest = block.split(b"\n")
        cuts: list[Cut] = []
        for piece in ended:
            self._end += len(piece) + 1
            if self._skipping:
                self._skipping = False
                cuts += self._end_long(piece)
                continue
            line = piece
            if self._begun:
                line = bytes(self._begun) + piece
                self._begun.clear()
            if len(line) <= self._longest:
                cuts.append((line, self._end))
            elif self._open_long is None:
                cuts.append((line[: self._kept], self._end))
            else:
                self._long = self._open_long(self._end - len(line) - 1)
                cuts += self._end_long(line)
        self._end += len(rest)
        if self._long is not None:
            cuts += self._long.feed(rest)[0]
        elif not self._skipping:
            self._begun += rest
            if len(self._begun) > self._longest:
                cuts += self._outgrown()
        return cuts

    def end(self) -> list[Cut]:
        """Return the last line if the stream ended without `\\n`."""
        if self._long is not None:
            return self._long.end()
        return [(bytes(self._begun), self._end)] if self._begun else []

    def _outgrown(self) -> list[Cut]:
        """Return what is kept of a line that has outgrown the bound, before its end is known."""
        line = bytes(self._begun)
        self._begun.clear()
        self._skipping = True
        if self._open_long is None:
            return [(line[: self._kept], self._end)]
        self._long = self._open_long(self._end - len(line))
        return self._long.feed(line)[0]

    def _end_long(self, piece: bytes) -> list[Cut]:
        """Return the last parts of the long line that ends with `piece`; [] for a line that was cut."""
        long, self._long = self._long, None
        return [] if long is None else [*long.feed(piece)[0], *long.end()]
