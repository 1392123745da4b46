"""Files of a recording: finds them by path or glob, each identified by name, size and inode.

Another file under the same name is recognised by these. `pipeline/sources/containers` reads them.
"""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recording:
    """One file, identified by path, size and inode."""

    path: Path
    size: int
    inode: int


def recordings(pattern: str) -> list[Recording]:
    """Return the files of a path or glob, sorted by name."""
    found = []
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute pattern
        path = Path(name)
        if path.is_file():
            stat = path.stat()
            found.append(Recording(path.absolute(), stat.st_size, stat.st_ino))
    return found
