"""Splits a stream of bytes into lines, with a bound on the memory that one line may take.

A longer line is cut and its rest skipped. Each line comes with the offset behind it, where reading can be taken up
again. Every source that reads lines uses this class with a bound of its own: standard input, recordings, event streams,
X.
"""

from __future__ import annotations

Cut = tuple[bytes, int]
"""A line or record, and the offset in the stream of the byte behind it: where reading can be taken up again."""


class LineSplitter:
    """Splitter of one stream at `\\n`.

    A line longer than `longest` bytes is cut to its first `kept` bytes, and the rest of the line is skipped. A JSON
    record cut in this way cannot be decoded, so it becomes one dead letter and costs no other record.
    """

    def __init__(self, longest: int, kept: int, start: int = 0) -> None:
        self._longest = longest
        self._kept = kept
        self._end = start
        self._begun = bytearray()
        self._skipping = False

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
                continue
            line = piece
            if self._begun:
                line = bytes(self._begun) + piece
                self._begun.clear()
            cuts.append((line if len(line) <= self._longest else line[: self._kept], self._end))
        self._end += len(rest)
        if not self._skipping:
            self._begun += rest
            if len(self._begun) > self._longest:
                cuts.append((bytes(self._begun[: self._kept]), self._end))
                self._begun.clear()
                self._skipping = True
        return cuts

    def end(self) -> list[Cut]:
        """Return the last line if the stream ended without `\\n`."""
        return [(bytes(self._begun), self._end)] if self._begun else []
