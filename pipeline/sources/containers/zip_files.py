"""Zip: its members in the order of its directory, each unpacked within bounds.

`zipfile` reads the directory; the bytes of a member are unpacked here, because `zipfile` holds whatever a few kilobytes
of bzip2 unpack to, and knows no zstd before Python 3.14.
"""

from __future__ import annotations

import calendar
import struct
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from pipeline.sources.containers.bounds import (
    NESTED_ZIP_MAX_BYTES,
    ZIP_DIRECTORY_MAX_BYTES,
    DamagedFile,
    RefusedFile,
    UnpackBudget,
)
from pipeline.sources.containers.byte_streams import READ_BLOCK_BYTES, ByteStream
from pipeline.sources.containers.members import Member
from pipeline.sources.containers.unpacking import ZIP_METHODS, UnpackedStream

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_END = struct.Struct("<4s8xII2x")
_END64 = struct.Struct("<4s36xQQ")
_END_TAIL_BYTES = 22 + 65_535
_ENCRYPTED = 0x1
_OTHER_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 14: "LZMA", 95: "xz", 97: "WavPack", 98: "PPMd"}


class ZipFiles:
    """The files of a zip on disk. `file` stays open as long as members are read.

    Raises:
        DamagedFile: the file has no readable directory.
        RefusedFile: the directory is too large.
    """

    reopens = True

    def __init__(self, file: IO[bytes], budget: UnpackBudget) -> None:
        self._file = file
        self._budget = budget
        self._lock = threading.Lock()
        _check_directory_size(file)
        try:
            self._directory = zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
            raise DamagedFile(f"the zip is damaged or cut off: {error}") from error

    def members(self) -> Iterator[Member]:
        """Yield the files."""
        for info in self._directory:
            if info.is_dir():
                continue
            self._budget.enter_member()
            yield Member(info.filename.removeprefix("./"), _modified_ms(info), partial(self._opened, info))

    def _opened(self, info: zipfile.ZipInfo) -> ByteStream:
        if info.flag_bits & _ENCRYPTED:
            raise RefusedFile("it is encrypted: unpack it first")
        if info.compress_type and info.compress_type not in ZIP_METHODS:
            name = _OTHER_METHODS.get(info.compress_type, "an unknown method")
            raise RefusedFile(f"it is packed by {name} (zip method {info.compress_type}): unpack it first")
        with self._lock:
            self._file.seek(info.header_offset)
            head = self._file.read(_LOCAL_HEADER.size)
        if len(head) < _LOCAL_HEADER.size or not head.startswith(b"PK\x03\x04"):
            raise DamagedFile("its header in the zip is damaged")
        _, name_length, extra_length = _LOCAL_HEADER.unpack(head)
        begin = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        packed = _Slice(self._file, self._lock, begin, begin + info.compress_size)
        if info.compress_type:
            return _Summed(UnpackedStream(packed, ZIP_METHODS[info.compress_type], self._budget), info)
        return _Summed(packed, info)


def spooled_zip(stream: ByteStream, scratch: Path | None, budget: UnpackBudget) -> ZipFiles:
    """Return a zip that comes as a stream, by way of a temporary file in `scratch` (None: the system's folder).

    Raises:
        RefusedFile: it has more than `NESTED_ZIP_MAX_BYTES`, or the disk has no room.
        DamagedFile: it ends early.
    """
    file = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - the members read it later
    try:
        while block := stream.read(READ_BLOCK_BYTES):
            file.write(block)
            if file.tell() > NESTED_ZIP_MAX_BYTES:
                raise RefusedFile(f"a zip inside of more than {NESTED_ZIP_MAX_BYTES // 2**30} GiB: unpack it first")
        return ZipFiles(file, budget)
    except OSError as error:
        file.close()
        raise RefusedFile(f"a zip inside needs room for a copy: {error.strerror}") from error
    except BaseException:
        file.close()
        raise


def _check_directory_size(file: IO[bytes]) -> None:
    """Raise `RefusedFile` where the directory, which `zipfile` reads whole, is too large."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_TAIL_BYTES))
    tail = file.read(_END_TAIL_BYTES)
    at, at64 = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    sizes = [0]
    if at >= 0 and len(tail) - at >= _END.size:
        stated = _END.unpack_from(tail, at)[1]
        sizes.append(0 if stated == 0xFFFFFFFF else stated)
    if at64 >= 0 and len(tail) - at64 >= _END64.size:
        sizes.append(_END64.unpack_from(tail, at64)[1])
    if max(sizes) > ZIP_DIRECTORY_MAX_BYTES:
        raise RefusedFile("the zip lists more files than fit into memory: unpack it first and name the folder")
    file.seek(0)


def _modified_ms(info: zipfile.ZipInfo) -> int | None:
    """Return when a member was changed, taken as UTC; the zone is not in a zip."""
    try:
        return calendar.timegm((*info.date_time, 0, 0, 0)) * 1000 if info.date_time[0] > 1980 else None
    except (ValueError, OverflowError):
        return None


class _Slice:
    """Some bytes of a file that several readers share."""

    def __init__(self, file: IO[bytes], lock: threading.Lock, begin: int, end: int) -> None:
        self._file = file
        self._lock = lock
        self._at = begin
        self._end = end

    def read(self, n: int = READ_BLOCK_BYTES, /) -> bytes:
        with self._lock:
            self._file.seek(self._at)
            block = self._file.read(min(n, self._end - self._at))
        self._at += len(block)
        return block


class _Summed:
    """The bytes of a member; raises `DamagedFile` at the end where size or checksum are not as the directory says."""

    def __init__(self, stream: ByteStream, info: zipfile.ZipInfo) -> None:
        self._stream = stream
        self._info = info
        self._size = 0
        self._sum = 0

    def read(self, n: int = READ_BLOCK_BYTES, /) -> bytes:
        block = self._stream.read(n)
        if block:
            self._size += len(block)
            self._sum = zlib.crc32(block, self._sum)
        elif (self._size, self._sum) != (self._info.file_size, self._info.CRC):
            raise DamagedFile("it is damaged: its checksum is wrong")
        return block
