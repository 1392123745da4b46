"""Byte streams of containers: one that can be looked into before it is read, and one that tells how far it was read.

A stream has `read(n)`, which returns at most `n` bytes and b"" at the end only. Nothing here reads more than it is
asked for.
"""

from __future__ import annotations

from typing import Protocol

READ_BLOCK_BYTES = 256 * 1024
"""Bytes that are read at once."""


class ByteStream(Protocol):
    """Anything that gives bytes in order."""

    def read(self, n: int = ..., /) -> bytes:
        """Return at most `n` bytes, b"" at the end only."""
        ...


class PeekStream:
    """A stream whose first bytes can be seen before they are read."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._held = b""

    def peek(self, n: int) -> bytes:
        """Return the next `n` bytes, fewer at the end, and leave them to be read."""
        while len(self._held) < n and (block := self._stream.read(n - len(self._held))):
            self._held += block
        return self._held[:n]

    def read(self, n: int = READ_BLOCK_BYTES, /) -> bytes:
        """Return at most `n` bytes."""
        if not self._held:
            return self._stream.read(n)
        given, self._held = self._held[:n], self._held[n:]
        return given


class ForwardStream:
    """A stream with the position and the forward `seek` that `tarfile` needs; one read is bounded.

    `tarfile` reads names and extended headers whole, as long as a header says they are.
    """

    def __init__(self, stream: ByteStream, *, seekable: bool = False, read_max_bytes: int = 4 * 1024 * 1024) -> None:
        self._stream = stream
        self._seek = stream.seek if seekable else None  # type: ignore[attr-defined]
        self._read_max_bytes = read_max_bytes
        self._position = 0
        self.last_block = b""
        """Bytes that the last read returned: after the last member, the mark that ends a tar, or fewer."""

    def tell(self) -> int:
        """Return the number of bytes before the next one."""
        return self._position

    def seek(self, position: int) -> None:
        """Go forward to a position.

        Raises:
            OSError: the position lies behind.
        """
        if self._seek is not None:
            self._seek(position)
            self._position = position
            return
        if position < self._position:
            raise OSError("a packed stream cannot be read backwards")
        while self._position < position and self._some(min(READ_BLOCK_BYTES, position - self._position)):
            pass

    def read(self, n: int) -> bytes:
        """Return `n` bytes, fewer at the end only.

        Raises:
            OSError: `n` is greater than the bound.
        """
        if not 0 <= n <= self._read_max_bytes:
            raise OSError(f"a header of {n:,} bytes")
        parts = []
        while n > 0 and (block := self._some(n)):
            parts.append(block)
            n -= len(block)
        self.last_block = b"".join(parts)
        return self.last_block

    def _some(self, n: int) -> bytes:
        block = self._stream.read(n)
        self._position += len(block)
        return block
