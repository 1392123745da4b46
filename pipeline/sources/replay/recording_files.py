"""Files of a recording: finds them by path or glob, unpacks gzip, and reads from an offset in unpacked bytes.

A file is identified by name, size and inode, so that another file under the same name is recognised. A damaged packed
file raises `TruncatedRecording` after the bytes before the damage.
"""

from __future__ import annotations

import glob
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import cast

BLOCK_BYTES = 1024 * 1024
HEAD_BYTES = 4096


class TruncatedRecording(Exception):
    """Raised when a packed file ends early or is damaged; the bytes before that have been read."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file, identified by path, size and inode."""

    path: Path
    size: int
    inode: int

    def head(self) -> bytes:
        """Return the first bytes, unpacked."""
        with self._open() as stream:
            try:
                return stream.read1(HEAD_BYTES)
            except (EOFError, OSError, zlib.error) as error:
                raise TruncatedRecording(str(error)) from error

    def blocks(self, offset: int) -> Iterator[bytes]:
        """Yield the unpacked bytes from an offset on.

        Raises:
            TruncatedRecording: the file is packed and damaged here.
        """
        with self._open() as stream:
            try:
                stream.seek(offset)
                while block := stream.read1(BLOCK_BYTES):
                    yield block
            except (EOFError, OSError, zlib.error) as error:
                raise TruncatedRecording(str(error)) from error

    def _open(self) -> BufferedReader:
        """Open the file; `read1` returns the bytes unpacked before any damage."""
        with self.path.open("rb") as probe:
            packed = probe.read(2) == b"\x1f\x8b"
        return cast("BufferedReader", gzip.open(self.path)) if packed else self.path.open("rb")


def recordings(pattern: str) -> list[Recording]:
    """Return the files of a path or glob, sorted by name."""
    found = []
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute pattern
        path = Path(name)
        if path.is_file():
            stat = path.stat()
            found.append(Recording(path.absolute(), stat.st_size, stat.st_ino))
    return found
