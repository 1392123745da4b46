"""Reading of one file: goes through its packings and containers and yields each record with the place behind it.

Everything is recognised by content, never by name: packing, container, encoding, and how records are divided. The same
file gives the same records in the same order, so that reading goes on at a place. An archive of one owner (X's personal
archive, a Mastodon account, a Bluesky repository) is read with what its other members say of the owner.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from io import FileIO
from pathlib import Path

from pipeline.sources.archive.archive_contract import MemberKind
from pipeline.sources.archive.bluesky_repository import repository_records
from pipeline.sources.archive.member_recognition import MEMBER_HEAD_BYTES, member_kind
from pipeline.sources.containers.bounds import NESTING_MAX, DamagedFile, OversizedFile, RefusedFile, UnpackBudget
from pipeline.sources.containers.byte_streams import ByteStream, PeekStream
from pipeline.sources.containers.foreign_files import reason_against
from pipeline.sources.containers.members import Container, Folder, Member
from pipeline.sources.containers.owner_archives import OwnerArchives, blocks_of
from pipeline.sources.containers.places import BEGINNING, Place, ReadRecord, Remark, records_behind, text_from
from pipeline.sources.containers.tar_files import TarFiles, is_tar
from pipeline.sources.containers.text_blocks import utf8_head
from pipeline.sources.containers.unpacking import packing_of, unpacked
from pipeline.sources.containers.zip_files import ZIP_MAGICS, ZipFiles, spooled_zip
from pipeline.sources.line_splitter import Cut
from pipeline.sources.record_splitter import SPLITTERS, document, elements, shape_of

Found = Iterator[ReadRecord | Remark]


class FileReading:
    """The reading of one file on disk; `scratch` is the folder for a copy of a zip inside (None: the system's).

    Raises:
        OSError: the file is not there.
    """

    def __init__(self, path: Path, scratch: Path | None = None) -> None:
        stat = path.stat()
        self.path = path
        self.size_bytes = stat.st_size
        self._top = Member(path.name, stat.st_mtime_ns // 1_000_000, self._on_disk)
        self._scratch = scratch
        self._budget = UnpackBudget(stat.st_size)
        self._opened: list[FileIO] = []

    @property
    def position_bytes(self) -> int:
        """Bytes of the file on disk that have been read."""
        last = self._opened[-1] if self._opened else None
        return 0 if last is None or last.closed else min(last.tell(), self.size_bytes)

    def read(self, place: Place = BEGINNING) -> Found:
        """Yield the records behind a place, and remarks.

        Raises:
            RefusedFile: the file is not read; the message says why.
            DamagedFile: the file is damaged behind what was yielded.
        """
        try:
            yield from self._member(self._top, (), place, None, 0)
        except OSError as error:
            raise DamagedFile(f"it cannot be read further: {error.strerror or error}") from error
        finally:
            for file in self._opened:
                file.close()

    # -- members
    def _member(
        self, member: Member, around: tuple[int, ...], place: Place, owners: OwnerArchives | None, depth: int
    ) -> Found:
        """Read a member, which lies in the containers `around`, from a place in it on."""
        raw = member.open()
        stream, layers = self._peeled(raw, depth)
        head = stream.peek(MEMBER_HEAD_BYTES)
        plain = raw if isinstance(raw, FileIO) and not layers else None
        container = self._container(member, stream, head, plain, depth + layers)
        if container is not None:
            yield from self._members(container, around, place, depth + layers + 1)
            return
        at = Place(around, place.offset, place.skip)
        text = utf8_head(head)
        kind = member_kind(member.name, text) if owners is None else owners.kind(member)
        if kind is not None:
            yield from self._part(member, kind, owners or self._siblings(), stream, at)
        elif why := reason_against(text, head):
            raise RefusedFile(why)
        else:
            cuts = SPLITTERS[shape_of(text)](text_from(stream, head, at.offset, plain), at.offset)
            yield from records_behind(cuts, at, member.modified_ms)

    def _members(self, container: Container, around: tuple[int, ...], place: Place, depth: int) -> Found:
        """Read the members of a container from a place on; one that cannot be read costs no other."""
        owners = OwnerArchives()
        if container.reopens:
            owners.survey(container)
        yield from owners.remarks
        goes_on = len(place.members) > len(around)
        first = place.members[len(around)] if goes_on else 0
        for number, member in enumerate(container.members()):
            if number < first:
                continue
            inside = place if goes_on and number == first else BEGINNING
            try:
                yield from self._member(member, (*around, number), inside, owners, depth)
            except OversizedFile:
                raise
            except RefusedFile as error:
                yield Remark("refused", member.name, str(error))
            except DamagedFile as error:
                yield Remark("damaged", member.name, str(error))

    def _part(self, member: Member, kind: MemberKind, owners: OwnerArchives, stream: ByteStream, at: Place) -> Found:
        """Read a part of an owner archive."""
        if kind.role == "media":
            yield Remark("left out", member.name, "media files, which are shown from their network")
        elif kind.role == "left out":
            yield Remark("left out", member.name, f"{kind.archive} archive's {kind.part}: {kind.note}")
        elif kind.role == "posts":
            if kind.records == "car":
                cuts = self._repository(member, stream, at.offset)
            else:
                split = document if kind.records == "list" else elements
                cuts = split(text_from(stream, b"", at.offset, None), at.offset)
            yield from records_behind(cuts, at, member.modified_ms, owners.completing(member, kind))

    def _repository(self, member: Member, stream: ByteStream, offset: int) -> Iterator[list[Cut]]:
        """Yield the records of a repository, which is read twice; a member that can be read once is copied first."""
        if member.reopens:
            yield from repository_records(lambda: blocks_of(self._again(member)), offset)
            return
        with tempfile.TemporaryFile(dir=self._scratch) as copy:
            for block in blocks_of(stream):
                copy.write(block)

            def again() -> Iterator[bytes]:
                copy.seek(0)
                return blocks_of(copy)

            yield from repository_records(again, offset)

    def _siblings(self) -> OwnerArchives:
        """Return the archive that the file on disk is a part of, with what the files beside it say of its owner."""
        owners = OwnerArchives()
        owners.survey(Folder(self.path.parent, deep=False))
        return owners

    # -- containers and streams
    def _container(
        self, member: Member, stream: PeekStream, head: bytes, plain: FileIO | None, depth: int
    ) -> Container | None:
        """Return the container that a stream is, None where it is none. `plain`: the file on disk, if it is that."""
        is_zip = head.startswith(ZIP_MAGICS)
        if not is_zip and not is_tar(head):
            return None
        self._check_depth(depth + 1)
        if is_zip:
            return spooled_zip(stream, self._scratch, self._budget) if plain is None else ZipFiles(plain, self._budget)
        again: Callable[[], ByteStream] = partial(self._again, member) if member.reopens else lambda: stream
        if plain is not None:
            again = self._on_disk
        return TarFiles(again, self._budget, seekable=plain is not None, reopens=member.reopens)

    def _on_disk(self) -> FileIO:
        file = FileIO(self.path)
        self._opened.append(file)
        return file

    def _again(self, member: Member) -> ByteStream:
        """Return the bytes of a member from the beginning, without its packings."""
        return self._peeled(member.open(), 0)[0]

    def _peeled(self, raw: ByteStream, depth: int) -> tuple[PeekStream, int]:
        """Return a stream without its packings, and how many it had."""
        stream, layers = PeekStream(raw), 0
        while packing := packing_of(stream.peek(8)):
            layers += 1
            self._check_depth(depth + layers)
            stream = PeekStream(unpacked(stream, packing, self._budget))
        return stream, layers

    @staticmethod
    def _check_depth(depth: int) -> None:
        if depth > NESTING_MAX:
            raise RefusedFile(f"more than {NESTING_MAX} packings and containers lie in each other")
