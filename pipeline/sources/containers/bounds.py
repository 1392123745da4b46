"""Bounds on what one file may unpack to, and the two errors with which reading a file ends: refused and damaged.

A file from outside decides how much it unpacks to. `UnpackBudget` counts what all layers of one file give and refuses
the file once that is out of proportion.
"""

from __future__ import annotations

UNPACKED_FREE_BYTES = 1024 * 1024 * 1024
"""Bytes that any file may unpack to, however small it is."""
UNPACKED_RATIO_MAX = 1_000
"""Beyond `UNPACKED_FREE_BYTES`, all layers of a file together give at most this many times its own size."""
NESTING_MAX = 6
"""Layers (packings and containers) that may lie around a record; a tar of zips of `.json.bz2` has three."""
MEMBERS_MAX = 2_000_000
"""Members that one file may have over all its containers."""
ZIP_DIRECTORY_MAX_BYTES = 16 * 1024 * 1024
"""Bytes of a zip's list of members, which is held in memory: room for some 170,000."""
NESTED_ZIP_MAX_BYTES = 64 * 1024 * 1024 * 1024
"""Bytes of a zip inside another container, which is copied to a temporary file because a zip is read from its end."""
WINDOW_MAX_BYTES = 128 * 1024 * 1024
"""Memory that unpacking may take: the greatest window of zstd (`--long=27`) and dictionary of xz."""


class RefusedFile(Exception):
    """Raised when a file, or a member of one, is not read; the message is the one line that people see."""


class OversizedFile(RefusedFile):
    """Raised when a file gives more than its size allows: no other member of it is read."""


class DamagedFile(Exception):
    """Raised when a file or a member ends early or is damaged; what came before has been read."""


class UnpackBudget:
    """Bytes that one file has unpacked to so far, and their bound."""

    def __init__(self, file_bytes: int) -> None:
        self._most_bytes = max(UNPACKED_FREE_BYTES, UNPACKED_RATIO_MAX * file_bytes)
        self._unpacked_bytes = 0
        self._members = 0

    def spend(self, size_bytes: int) -> None:
        """Count unpacked bytes.

        Raises:
            OversizedFile: the file unpacks to more than its size allows.
        """
        self._unpacked_bytes += size_bytes
        if self._unpacked_bytes > self._most_bytes:
            raise OversizedFile(f"it unpacks to more than {UNPACKED_RATIO_MAX:,} times its size")

    def enter_member(self) -> None:
        """Count a member of a container.

        Raises:
            OversizedFile: the file has more than `MEMBERS_MAX`.
        """
        self._members += 1
        if self._members > MEMBERS_MAX:
            raise OversizedFile(f"it has more than {MEMBERS_MAX:,} members")
