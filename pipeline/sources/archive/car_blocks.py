"""Reader of CAR files (version 1): yields their blocks one by one, with a bound on the memory that one may take.

A CAR file is a header, then blocks; each is the length of what follows (a varint), the content id and the bytes. A
block whose bytes do not have the hash of its id is damaged and left out. Source: the CARv1 specification of IPLD, and
the AT Protocol's rule that blocks are DAG-CBOR with SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import libipld

from pipeline.errors import RecordError

BLOCK_MAX_BYTES = 4 * 1024 * 1024
"""Bytes of the longest block that is read; a longer one is skipped. A record of the AT Protocol has at most 1 MiB."""

_SHA256 = 0x12
_DAG_CBOR = 0x71
_VARINT_MAX_BYTES = 9


class CarBlock(NamedTuple):
    """A block: its content id, its bytes, and the offset behind it in the file."""

    cid: bytes
    data: bytes
    end: int


class _Window:
    """The bytes of a stream that are not yet used; `offset` is that of their beginning."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._held = bytearray()
        self.offset = 0

    def has(self, wanted: int) -> bool:
        """Hold at least so many bytes; return whether the stream has as many."""
        while len(self._held) < wanted:
            more = next(self._blocks, None)
            if more is None:
                return False
            self._held += more
        return True

    def take(self, wanted: int) -> bytes:
        found = bytes(self._held[:wanted])
        del self._held[:wanted]
        self.offset += wanted
        return found

    def skip(self, wanted: int) -> bool:
        while wanted > len(self._held):
            wanted -= len(self._held)
            self.take(len(self._held))
            if not self.has(1):
                return False
        self.take(wanted)
        return True

    def varint(self) -> int | None:
        """Take a varint; None where the stream ends before its end."""
        for length in range(1, _VARINT_MAX_BYTES + 1):
            if not self.has(length):
                return None
            if self._held[length - 1] < 0x80:
                return _varint(self.take(length))[0]
        raise RecordError(f"no CAR file: no length at byte {self.offset}")


def _varint(data: bytes) -> tuple[int, int]:
    """Return the number at the beginning of some bytes and how many bytes it has."""
    value = 0
    for at, byte in enumerate(data[:_VARINT_MAX_BYTES]):
        value |= (byte & 0x7F) << 7 * at
        if byte < 0x80:
            return value, at + 1
    raise RecordError("no CAR file: an endless number")


def car_blocks(blocks: Iterable[bytes]) -> tuple[dict[str, Any], Iterator[CarBlock]]:
    """Return the header of a CAR file and its blocks.

    Raises:
        RecordError: it is no CAR file of version 1, or it ends early (then after the blocks before).
    """
    window = _Window(blocks)
    length = window.varint()
    if length is None or length > BLOCK_MAX_BYTES or not window.has(length):
        raise RecordError("no CAR file: no header")
    try:
        header = libipld.decode_dag_cbor(window.take(length))
    except (ValueError, RecursionError) as error:
        raise RecordError(f"no CAR file: {error}"[:200]) from error
    if not isinstance(header, dict) or header.get("version") != 1 or not isinstance(header.get("roots"), list):
        raise RecordError("no CAR file of version 1")
    return header, _blocks(window)


def _blocks(window: _Window) -> Iterator[CarBlock]:
    while window.has(1):
        length = window.varint()
        if length is not None and length > BLOCK_MAX_BYTES:
            if window.skip(length):
                continue
            length = None
        if length is None or not window.has(length):
            raise RecordError(f"the CAR file ends early, after {window.offset} bytes")
        block = window.take(length)
        cid, data = _split(block)
        if cid and hashlib.sha256(data).digest() == cid[-32:]:
            yield CarBlock(cid, data, window.offset)


def _split(block: bytes) -> tuple[bytes, bytes]:
    """Return content id and bytes of a block; two empty texts where it is no DAG-CBOR with SHA-256."""
    at = 0
    numbers = []
    for _ in range(4):  # version, codec, hash function, length of the hash
        number, length = _varint(block[at:])
        numbers.append(number)
        at += length
    if numbers != [1, _DAG_CBOR, _SHA256, 32]:
        return b"", b""
    return block[: at + 32], block[at + 32 :]
