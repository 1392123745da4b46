"""Contract of owner archives: what a member of an archive holds, and the context that its records are completed with.

An owner archive is what a network gives a person of their own posts. Its records do not name their author; other
members of the same folder do. Those are learnt first, and each record is completed with them, so that it can be read
without its archive.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol

from pipeline.errors import RecordError

CONTEXT_MAX_BYTES = 64 * 1024 * 1024
"""Bytes of the longest member that is learnt; a longer one is refused."""


class MemberKind(NamedTuple):
    """Kind of a member of an archive.

    `archive` is x, mastodon or bluesky, `part` the archive's own name of the member. `role` tells what becomes of it:
    the records of "posts" are read, "context" is learnt before them, "left out" is not read (`note` says why), "media"
    are files that posts refer to. `records` tells how "posts" are split: "list" into the elements of the outermost
    list, whatever stands before it; "orderedItems" into the elements of that list of one object; "car" by
    `bluesky_repository.py`.
    """

    archive: str
    part: str
    role: Literal["posts", "context", "left out", "media"]
    records: Literal["list", "orderedItems", "car", ""] = ""
    note: str = ""


class OwnerArchive(Protocol):
    """The context of one archive: what its members tell of its owner."""

    def learn(self, kind: MemberKind, blocks: Iterable[bytes]) -> None:
        """Take in a member of the role "context".

        Raises:
            RecordError: the member cannot be read, or is longer than `CONTEXT_MAX_BYTES`.
        """

    def record(self, item: bytes) -> bytes | None:
        """Return one element of a member of the role "posts" as a raw record of its own; None where it is no post.

        An element that cannot be decoded is returned as it is: a worker sets it aside with the reason.
        """


def whole_member(kind: MemberKind, blocks: Iterable[bytes]) -> bytes:
    """Return the bytes of a member.

    Raises:
        RecordError: the member is longer than `CONTEXT_MAX_BYTES`.
    """
    found = bytearray()
    for block in blocks:
        found += block
        if len(found) > CONTEXT_MAX_BYTES:
            raise RecordError(f"{kind.part} is longer than {CONTEXT_MAX_BYTES // 1024 // 1024} MiB")
    return bytes(found)
