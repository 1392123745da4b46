"""Batches of a source that cannot wait, kept in a file while the queue is full, and handed over in order afterwards.

Append-only: a header that says how much of it is done, then entries of length, checksum and bytes. What a kill tore off
at the end is cut; what was handed over and not noted as done is handed over again under its id, which doubles nothing.
An emptied file is cut to its header. The file belongs to one process at a time (flock). Nobody here looks into a batch.
"""

from __future__ import annotations

import fcntl
import os
import struct
import zlib
from pathlib import Path

import msgspec

_HEADER = struct.Struct("!8sQ")
_ENTRY = struct.Struct("!II")
_MAGIC = b"murmur-1"
_COPIED_AT_ONCE = 1024 * 1024


class Spooled(msgspec.Struct, frozen=True, array_like=True):
    """One batch: its id, its bytes as they are handed over, and how many records it has."""

    batch_id: str
    data: bytes
    records: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Spooled).decode


class SpoolTaken(Exception):
    """Raised when another process has the file."""


class Spool:
    """The file of one source, at most `max_bytes` of it in use.

    Raises:
        SpoolTaken: another process has it.
        OSError: it cannot be made or written.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise SpoolTaken(str(path)) from error
        self._begin = self._end = _HEADER.size
        try:
            self._recover()
        except BaseException:
            os.close(self._file)  # and with it the lock
            raise

    @property
    def size_bytes(self) -> int:
        """How much of it waits."""
        return self._end - self._begin

    def append(self, entry: Spooled) -> bool:
        """Keep a batch behind the others; return False where there is no room for it."""
        payload = _encode(entry)
        needed = _ENTRY.size + len(payload)
        if self._end + needed > self._max_bytes and self.size_bytes <= self._begin - _HEADER.size:
            self._move_up()
        if self._end + needed > self._max_bytes:
            return False
        block = _ENTRY.pack(len(payload), zlib.crc32(payload)) + payload
        try:
            written = os.pwrite(self._file, block, self._end)
        except OSError:
            written = 0
        if written < len(block):  # the disk is full: as if it had not been tried
            os.ftruncate(self._file, self._end)
            return False
        self._end += len(block)
        return True

    def first(self) -> Spooled | None:
        """Return the batch that is next, None if none waits."""
        return self._entry(self._begin)[0]

    def done(self) -> None:
        """Note that the first one was handed over."""
        self._begin = self._entry(self._begin)[1]
        if self._begin >= self._end:
            self._begin = self._end = _HEADER.size
            os.ftruncate(self._file, self._end)
        self._note()

    def close(self) -> None:
        """Let go of the file; what waits in it stays."""
        os.close(self._file)

    def _entry(self, at: int) -> tuple[Spooled | None, int]:
        """Return the entry at a place and where the next begins; None where no whole one is."""
        head = os.pread(self._file, _ENTRY.size, at) if at < self._end else b""
        if len(head) < _ENTRY.size:
            return None, at
        length, checksum = _ENTRY.unpack(head)
        if at + _ENTRY.size + length > self._end:
            return None, at
        payload = os.pread(self._file, length, at + _ENTRY.size)
        if zlib.crc32(payload) != checksum:
            return None, at
        try:
            return _decode(payload), at + _ENTRY.size + length
        except msgspec.MsgspecError:
            return None, at

    def _move_up(self) -> None:
        """Copy what waits into the room of what is done; the header is changed last, so that a kill finds either."""
        to = _HEADER.size
        for at in range(self._begin, self._end, _COPIED_AT_ONCE):
            part = os.pread(self._file, min(_COPIED_AT_ONCE, self._end - at), at)
            os.pwrite(self._file, part, to)
            to += len(part)
        self._begin, self._end = _HEADER.size, to
        self._note()
        os.ftruncate(self._file, self._end)

    def _recover(self) -> None:
        """Find what a former process left, and cut what is not whole."""
        self._end = os.fstat(self._file).st_size
        head = os.pread(self._file, _HEADER.size, 0)
        if len(head) == _HEADER.size and head.startswith(_MAGIC):
            self._begin = max(_HEADER.size, min(_HEADER.unpack(head)[1], self._end))
        else:
            self._begin = self._end = _HEADER.size
        at = self._begin
        while (found := self._entry(at))[0] is not None:
            at = found[1]
        self._end = at
        if self._begin >= self._end:
            self._begin = self._end = _HEADER.size
        os.ftruncate(self._file, self._end)
        self._note()

    def _note(self) -> None:
        os.pwrite(self._file, _HEADER.pack(_MAGIC, self._begin), 0)
