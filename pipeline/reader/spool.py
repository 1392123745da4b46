"""Disk spool: a file that keeps batches in order while the queue is full, for sources that cannot be read again.

The file is append-only: a header with the offset of the first waiting entry, then entries of length, checksum and
bytes. A torn entry at the end is cut. A batch that was enqueued and not yet marked as done is enqueued again under its
id, which doubles nothing. An emptied file is cut to its header. One process at a time has the file (flock).
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
    """One batch: its id, its encoded bytes, and its number of records."""

    batch_id: str
    data: bytes
    records: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Spooled).decode


class SpoolTaken(Exception):
    """Raised when another process has the file."""


class Spool:
    """The spool of one source, at most `max_bytes` in use.

    Raises:
        SpoolTaken: another process has the file.
        OSError: the file cannot be made or written.
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
            os.close(self._file)  # releases the lock as well
            raise

    @property
    def size_bytes(self) -> int:
        """Bytes of the waiting entries."""
        return self._end - self._begin

    def append(self, entry: Spooled) -> bool:
        """Append a batch; return False if there is no room, or the disk is full."""
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
        if written < len(block):  # the disk is full: undo
            os.ftruncate(self._file, self._end)
            return False
        self._end += len(block)
        return True

    def first(self) -> Spooled | None:
        """Return the first waiting batch, None if none waits."""
        return self._entry(self._begin)[0]

    def done(self) -> None:
        """Mark the first waiting batch as enqueued."""
        self._begin = self._entry(self._begin)[1]
        if self._begin >= self._end:
            self._begin = self._end = _HEADER.size
            os.ftruncate(self._file, self._end)
        self._write_header()

    def close(self) -> None:
        """Close the file; waiting batches stay in it."""
        os.close(self._file)

    def _entry(self, at: int) -> tuple[Spooled | None, int]:
        """Return the entry at an offset and the offset of the next; None where no whole entry is."""
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
        """Copy the waiting entries over those that are done. The header changes last: a kill leaves either version."""
        to = _HEADER.size
        for at in range(self._begin, self._end, _COPIED_AT_ONCE):
            part = os.pread(self._file, min(_COPIED_AT_ONCE, self._end - at), at)
            os.pwrite(self._file, part, to)
            to += len(part)
        self._begin, self._end = _HEADER.size, to
        self._write_header()
        os.ftruncate(self._file, self._end)

    def _recover(self) -> None:
        """Find the entries that a former process left, and cut a torn one."""
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
        self._write_header()

    def _write_header(self) -> None:
        os.pwrite(self._file, _HEADER.pack(_MAGIC, self._begin), 0)
