"""Members: the files of a folder, zip or tar, one after another, each as a stream.

A member's stream is valid until the next member is taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.sources.containers.bounds import RefusedFile
from pipeline.sources.containers.byte_streams import ByteStream


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a container.

    `name` is its path inside, with "/". `modified_ms` is when the file was last changed, None if unknown. `open` may be
    called several times where `reopens`, else once.
    """

    name: str
    modified_ms: int | None
    open: Callable[[], ByteStream]
    reopens: bool = True

    @property
    def folder(self) -> str:
        """The folder that the member lies in, "" at the top."""
        return self.name.rpartition("/")[0]


class Container(Protocol):
    """A file that holds files."""

    reopens: bool
    """Whether the members can be listed more than once."""

    def members(self) -> Iterator[Member]:
        """Yield the members in order.

        Raises:
            RefusedFile, DamagedFile: the container cannot be read, or not further.
        """
        ...


class Folder:
    """A folder with all folders below it, by name. Links to folders are not followed."""

    reopens = True

    def __init__(self, path: Path, *, deep: bool = True) -> None:
        self._path = path
        self._deep = deep

    def members(self) -> Iterator[Member]:
        """Yield the files."""
        for directory, folders, names in os.walk(self._path):
            folders[:] = sorted(folders) if self._deep else []
            for name in sorted(names):
                path = Path(directory, name)
                if path.is_file():
                    yield file_member(path, path.relative_to(self._path).as_posix())


def file_member(path: Path, name: str) -> Member:
    """Return the member for a file on disk.

    Raises:
        RefusedFile: the file is not there any more.
    """
    try:
        modified_ms = path.stat().st_mtime_ns // 1_000_000
    except OSError as error:
        raise RefusedFile(f"it cannot be read: {error.strerror}") from error

    def opened() -> ByteStream:
        try:
            return path.open("rb", buffering=0)
        except OSError as error:
            raise RefusedFile(f"it cannot be read: {error.strerror}") from error

    return Member(name, modified_ms, opened)
