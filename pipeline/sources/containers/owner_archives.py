"""Owner archives in a container: finds their members, learns what those say of the owner, and completes the records.

The members of one archive lie in one folder, so a container may hold several archives, each with its own owner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from pipeline.errors import RecordError
from pipeline.sources.archive.archive_contract import MemberKind, OwnerArchive
from pipeline.sources.archive.member_recognition import MEMBER_HEAD_BYTES, member_kind, owner_archive
from pipeline.sources.containers.bounds import DamagedFile, RefusedFile
from pipeline.sources.containers.byte_streams import READ_BLOCK_BYTES, ByteStream, PeekStream
from pipeline.sources.containers.members import Container, Member
from pipeline.sources.containers.places import Remark
from pipeline.sources.containers.text_blocks import utf8_blocks, utf8_head
from pipeline.sources.containers.unpacking import packing_of

PACKED_MEMBERS_MAX = 20
"""Packed members after which a container without a part of an owner archive holds none: recordings of a stream."""


class _Nothing:
    """A stream without bytes."""

    def read(self, n: int = 0, /) -> bytes:  # noqa: ARG002 - the signature is a stream's
        return b""


def blocks_of(stream: ByteStream) -> Iterator[bytes]:
    """Yield the bytes of a stream in blocks."""
    while block := stream.read(READ_BLOCK_BYTES):
        yield block


class OwnerArchives:
    """The owner archives of one container."""

    def __init__(self) -> None:
        self._kinds: dict[str, MemberKind] = {}
        self._owners: dict[tuple[str, str], OwnerArchive] = {}
        self.remarks: list[Remark] = []

    def survey(self, container: Container) -> None:
        """Go through a container's members: note which are of an archive, and learn those that tell of its owner.

        Damage and refused members are passed over: the reading that follows meets them and tells.
        """
        packed = 0
        with suppress(RefusedFile, DamagedFile):
            for member in container.members():
                stream, head = PeekStream(_Nothing()), b""
                with suppress(RefusedFile, DamagedFile):
                    stream = PeekStream(member.open())
                    head = stream.peek(MEMBER_HEAD_BYTES)
                packed += bool(packing_of(head))
                if packed > PACKED_MEMBERS_MAX and not self._kinds:
                    return
                self._note(member, stream, utf8_head(head))

    def _note(self, member: Member, stream: PeekStream, head: bytes) -> None:
        kind = member_kind(member.name, head)
        if kind is None:
            return
        self._kinds[member.name] = kind
        if kind.role == "context":
            try:
                self._owner(member, kind).learn(kind, utf8_blocks(blocks_of(stream)))
            except (RefusedFile, DamagedFile, RecordError) as error:
                self.remarks.append(Remark("damaged", member.name, str(error)))

    def kind(self, member: Member) -> MemberKind | None:
        """Return which part of an archive a member is, None for one of none."""
        return self._kinds.get(member.name)

    def completing(self, member: Member, kind: MemberKind) -> Callable[[bytes], bytes | None]:
        """Return the function that completes the records of a member; it returns None for what is no post."""
        return self._owner(member, kind).record

    def _owner(self, member: Member, kind: MemberKind) -> OwnerArchive:
        key = (member.folder, kind.archive)
        if key not in self._owners:
            self._owners[key] = owner_archive(kind.archive)
        return self._owners[key]
