"""Tar: its members in order, from a file or from a packed stream, in constant memory.

`tarfile` keeps every member it has seen, reads extended headers as long as they claim to be, and takes a damaged header
for the end. So its list is emptied, its reads are bounded, and what ended it is looked at.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from functools import partial

from pipeline.sources.containers.bounds import DamagedFile, UnpackBudget
from pipeline.sources.containers.byte_streams import ByteStream, ForwardStream
from pipeline.sources.containers.members import Member


def is_tar(head: bytes) -> bool:
    """Tell whether a stream is a tar: the checksum of its first header is right (old tars have no magic)."""
    if len(head) < tarfile.BLOCKSIZE or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


class TarFiles:
    """The files of a tar.

    `opened` returns its bytes, from the beginning each time if `reopens`; `seekable`: they can be skipped unread.
    """

    def __init__(
        self, opened: Callable[[], ByteStream], budget: UnpackBudget, *, seekable: bool, reopens: bool
    ) -> None:
        self._open = opened
        self._budget = budget
        self._seekable = seekable
        self.reopens = reopens

    def members(self) -> Iterator[Member]:
        """Yield the files."""
        stream = ForwardStream(self._open(), seekable=self._seekable)
        try:
            with tarfile.TarFile(fileobj=stream, mode="r", errorlevel=2) as tar:  # type: ignore[arg-type]
                while (info := tar.next()) is not None:
                    self._budget.enter_member()
                    tar.members.clear()  # type: ignore[attr-defined] # every member seen would be kept
                    if info.isfile() and (data := tar.extractfile(info)) is not None:
                        name = info.name.removeprefix("./")
                        opened = partial(_Checked, data, name)
                        yield Member(name, int(info.mtime * 1000) or None, opened, reopens=False)
                _check_end(tar, stream)
        except (tarfile.TarError, OSError, ValueError, OverflowError) as error:
            raise DamagedFile(f"the tar is damaged: {error}") from error


def _check_end(tar: tarfile.TarFile, stream: ForwardStream) -> None:
    """Raise `DamagedFile` where something else than the mark of the end ended the tar."""
    del tar
    if not stream.last_block:
        raise DamagedFile("the tar has no end mark: it may be cut off")
    if stream.last_block.strip(b"\0"):
        raise DamagedFile("the tar is damaged: a header is wrong")


class _Checked:
    """The bytes of a member; raises `DamagedFile` where the tar ends within them."""

    def __init__(self, data: ByteStream, name: str) -> None:
        self._data = data
        self._name = name

    def read(self, n: int = 64 * 1024, /) -> bytes:
        try:
            return self._data.read(min(n, 1024 * 1024))
        except (tarfile.TarError, OSError) as error:
            raise DamagedFile(f"the tar ends within {self._name}") from error
