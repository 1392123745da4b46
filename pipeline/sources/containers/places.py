"""Places in a file at which reading goes on, and what reading a file yields: records, and remarks on the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import FileIO
from typing import Literal, NamedTuple

import msgspec

from pipeline.sources.containers.byte_streams import READ_BLOCK_BYTES, ByteStream
from pipeline.sources.containers.text_blocks import encoding_of, utf8_blocks
from pipeline.sources.line_splitter import Cut


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where reading goes on: the number of the member in each container around it, and the place in the member.

    That is an offset in bytes of its text, and how many records from there on were read already.
    """

    members: tuple[int, ...] = ()
    offset: int = 0
    skip: int = 0

    def behind(self, end: int) -> Place:
        """Return the place behind a record for which a splitter gave the offset `end`."""
        return Place(self.members, end, self.skip + 1 if end == self.offset else 0)


BEGINNING = Place()
"""The beginning of a file."""


class ReadRecord(NamedTuple):
    """A record, the place behind it, and when its file was last changed (ms, None if unknown)."""

    data: bytes
    place: Place
    modified_ms: int | None


class Remark(NamedTuple):
    """Something that is no record: what was left out on purpose, refused or damaged; `times` times."""

    kind: Literal["left out", "refused", "damaged"]
    name: str
    why: str
    times: int = 1


def records_behind(
    cuts: Iterable[list[Cut]],
    place: Place,
    modified_ms: int | None,
    complete: Callable[[bytes], bytes | None] = lambda record: record,
) -> Iterator[ReadRecord | Remark]:
    """Yield the records of a splitter that began at the offset of `place`, without those that were read already.

    `complete` returns a record as it is to be read, None for what is no post.
    """
    at, skip, left_out = Place(place.members, place.offset), place.skip, 0
    for some in cuts:
        for data, end in some:
            at = at.behind(end)
            if skip:
                skip -= 1
            elif (completed := complete(data)) is None:
                left_out += 1
            else:
                yield ReadRecord(completed, at, modified_ms)
    if left_out:
        yield Remark("left out", "", "no posts of the owner, or not public", left_out)


def text_from(stream: ByteStream, head: bytes, offset: int, plain: FileIO | None) -> Iterator[bytes]:
    """Yield the text of a stream in UTF-8 from an offset on.

    Args:
        stream: the bytes, from the beginning.
        head: the first of them, which tell the encoding.
        offset: how many bytes of the text to leave out.
        plain: the file on disk if the bytes are its own: then what is left out need not be read.
    """
    if offset and plain is not None and encoding_of(head) == ("utf-8", 0):
        plain.seek(offset)
        stream, offset = plain, 0
        while block := stream.read(READ_BLOCK_BYTES):
            yield block
        return
    for block in utf8_blocks(iter(lambda: stream.read(READ_BLOCK_BYTES), b"")):
        if offset >= len(block):
            offset -= len(block)
            continue
        yield block[offset:]
        offset = 0
