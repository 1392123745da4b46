"""Unpacking: gzip, bzip2, xz and zstd as streams, recognised by their first bytes, several layers over each other.

Each stream holds one block of input and one of output. A stream of several parts (pigz, pbzip2, appended files) is read
to its end. One that ends within a part raises `DamagedFile` after the bytes before. zstd's own stream reader takes a
frame that was cut off for its end, so frames are read one by one.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

import zstandard

from pipeline.sources.containers.bounds import WINDOW_MAX_BYTES, DamagedFile, RefusedFile, UnpackBudget
from pipeline.sources.containers.byte_streams import READ_BLOCK_BYTES, ByteStream

_INPUT_BYTES = 64 * 1024
"""Bytes of packed input that are read at once."""
_ZSTD_INPUT_BYTES = 1024
"""Bytes that zstd gets at once: its blocks unpack to up to 128 KiB for four bytes, and no call can be told to stop."""
_UNPACKING_ERRORS = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class _Part(Protocol):
    """One part of a packed stream, between its own beginning and end."""

    @property
    def ended(self) -> bool: ...
    @property
    def left_over(self) -> bytes:
        """Return the input behind the end."""
        ...

    @property
    def needs_input(self) -> bool: ...
    def unpack(self, data: bytes, most: int) -> bytes: ...


class _Zlib:
    def __init__(self, wbits: int) -> None:
        self._machine = zlib.decompressobj(wbits)
        self._full = False

    @property
    def ended(self) -> bool:
        return self._machine.eof

    @property
    def left_over(self) -> bytes:
        return self._machine.unused_data

    @property
    def needs_input(self) -> bool:
        return not (self._machine.unconsumed_tail or self._full)

    def unpack(self, data: bytes, most: int) -> bytes:
        found = self._machine.decompress(self._machine.unconsumed_tail + data, most)
        self._full = len(found) >= most
        return found


class _Standard:
    """A part that the standard library's bz2 or lzma unpacks."""

    def __init__(self, machine: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._machine = machine

    @property
    def ended(self) -> bool:
        return self._machine.eof

    @property
    def left_over(self) -> bytes:
        return self._machine.unused_data

    @property
    def needs_input(self) -> bool:
        return self._machine.needs_input

    def unpack(self, data: bytes, most: int) -> bytes:
        return self._machine.decompress(data, most)


class _Zstd:
    def __init__(self) -> None:
        self._machine = zstandard.ZstdDecompressor(max_window_size=WINDOW_MAX_BYTES).decompressobj()
        self._waiting = b""
        self.ended = False

    @property
    def left_over(self) -> bytes:
        return self._machine.unused_data + self._waiting

    @property
    def needs_input(self) -> bool:
        return not self._waiting

    def unpack(self, data: bytes, most: int) -> bytes:
        del most
        data = self._waiting + data
        found = b""
        at = 0
        while at < len(data) and not found and not self._machine.eof:
            found = self._machine.decompress(data[at : at + _ZSTD_INPUT_BYTES])
            at += _ZSTD_INPUT_BYTES
        self._waiting = data[at:]
        self.ended = self._machine.eof
        return found


def _xz() -> _Standard:
    return _Standard(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW_MAX_BYTES))


PACKINGS: dict[str, tuple[tuple[bytes, ...], Callable[[], _Part]]] = {
    "gzip": ((b"\x1f\x8b",), lambda: _Zlib(31)),
    "bzip2": ((b"BZh",), lambda: _Standard(bz2.BZ2Decompressor())),
    "xz": ((b"\xfd7zXZ\x00",), _xz),
    "zstd": ((b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16))), _Zstd),
}
"""The packings by name: their first bytes, and what unpacks a part. zstd's others begin a frame to be skipped."""
ZIP_METHODS: dict[int, Callable[[], _Part]] = {
    8: lambda: _Zlib(-15),
    12: lambda: _Standard(bz2.BZ2Decompressor()),
    93: _Zstd,
}
"""How a member of a zip is packed, by the number of its method (APPNOTE.TXT 6.3.10, 4.4.5); 0 is not packed."""


def packing_of(head: bytes) -> str:
    """Return the name of a packing by the first bytes of a stream, "" where it is not packed."""
    for name, (magics, _) in PACKINGS.items():
        if head.startswith(magics) and (name != "bzip2" or head[3:4].isdigit()):
            return name
    return ""


class UnpackedStream:
    """The unpacked bytes of a packed stream.

    Reading raises `DamagedFile` where the stream is damaged or ends early, and `RefusedFile` where it unpacks to too
    much or needs too much memory.
    """

    def __init__(
        self, stream: ByteStream, part: Callable[[], _Part], budget: UnpackBudget, *, magics: tuple[bytes, ...] = ()
    ) -> None:
        self._stream = stream
        self._begin = part
        self._magics = magics
        self._budget = budget
        self._part = part()
        self._fed = False
        self._held = b""

    def read(self, n: int = READ_BLOCK_BYTES, /) -> bytes:
        """Return at most `n` bytes."""
        if not self._held:
            try:
                self._held = self._next(min(n, READ_BLOCK_BYTES))
            except _UNPACKING_ERRORS as error:
                if "emory" in str(error):
                    raise RefusedFile(
                        f"unpacking it takes more than {WINDOW_MAX_BYTES // 2**20} MiB of memory: unpack it first"
                    ) from error
                raise DamagedFile(f"the packing is damaged: {error}") from error
            self._budget.spend(len(self._held))
        given, self._held = self._held[:n], self._held[n:]
        return given

    def _next(self, most: int) -> bytes:
        """Return some unpacked bytes, b"" at the end of the last part."""
        while True:
            if self._part.ended and not self._next_part():
                return b""
            data = b""
            if self._part.needs_input:
                data = self._stream.read(_INPUT_BYTES)
                if not data:
                    if self._fed:
                        raise EOFError("it ends early")
                    return b""
                self._fed = True
            if found := self._part.unpack(data, most):
                return found

    def _next_part(self) -> bool:
        """Begin the next part; return False where none follows. Zeros or other bytes behind the last are padding."""
        rest = self._part.left_over.lstrip(b"\0")
        while len(rest) < 6 and (block := self._stream.read(READ_BLOCK_BYTES)):
            rest = (rest + block).lstrip(b"\0")
        if not self._magics or not rest.startswith(self._magics):
            return False
        self._part = self._begin()
        self._stream = _Chained(rest, self._stream)
        return True


class _Chained:
    """Some bytes, and a stream behind them."""

    def __init__(self, first: bytes, stream: ByteStream) -> None:
        self._first = first
        self._stream = stream.behind if isinstance(stream, _Chained) and not stream.holds else stream

    @property
    def holds(self) -> bool:
        """Whether the bytes before the stream are not read yet."""
        return bool(self._first)

    @property
    def behind(self) -> ByteStream:
        """The stream behind the bytes."""
        return self._stream

    def read(self, n: int = READ_BLOCK_BYTES, /) -> bytes:
        if not self._first:
            return self._stream.read(n)
        given, self._first = self._first[:n], self._first[n:]
        return given


def unpacked(stream: ByteStream, packing: str, budget: UnpackBudget) -> UnpackedStream:
    """Return the unpacked bytes of a stream in a packing that `packing_of` named."""
    magics, part = PACKINGS[packing]
    return UnpackedStream(stream, part, budget, magics=magics)
