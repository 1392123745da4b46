"""The files of a recording: found by path or glob, opened whatever they are packed in, read from an offset on.

Offsets count unpacked bytes. A file is known by name, size and inode: another one under the same name is another file.
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


class CutShort(Exception):
    """Raised when a packed file ends in the middle or is damaged; what came before it has been read."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file, and what tells it from another of the same name."""

    path: Path
    size: int
    inode: int

    def head(self) -> bytes:
        """Return its first bytes, unpacked."""
        with self._open() as stream:
            try:
                return stream.read1(HEAD_BYTES)
            except (EOFError, OSError, zlib.error) as error:
                raise CutShort(str(error)) from error

    def blocks(self, offset: int) -> Iterator[bytes]:
        """Yield its bytes from an offset on.

        Raises:
            CutShort: it is packed and damaged here.
        """
        with self._open() as stream:
            try:
                stream.seek(offset)
                while block := stream.read1(BLOCK_BYTES):
                    yield block
            except (EOFError, OSError, zlib.error) as error:
                raise CutShort(str(error)) from error

    def _open(self) -> BufferedReader:
        """Open it; `read1` gives what was unpacked before damage is met."""
        with self.path.open("rb") as probe:
            packed = probe.read(2) == b"\x1f\x8b"
        return cast("BufferedReader", gzip.open(self.path)) if packed else self.path.open("rb")


def recordings(pattern: str) -> list[Recording]:
    """Return the files of a path or glob, by name."""
    found = []
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute pattern
        path = Path(name)
        if path.is_file():
            stat = path.stat()
            found.append(Recording(path.absolute(), stat.st_size, stat.st_ino))
    return found
