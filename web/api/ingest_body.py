"""Body of an ingest request: reads, gunzips and cuts it into raw records piece by piece, within a bound of bytes.

JSON lines, a JSON array and server-sent events are told apart by the first bytes, as are UTF-8 and UTF-16.
`read_rest` drains a body that is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from pipeline.sources.containers.text_blocks import utf8_blocks
from pipeline.sources.record_splitter import SPLITTERS, shape_of
from web.api_errors import ApiError

BODY_BLOCK_BYTES = 64 * 1024


def read_rest(most_bytes: int) -> None:
    """Read and drop the rest of the body, up to a bound: many clients read no response before they have sent all."""
    left = min(request.content_length or 0, most_bytes)
    while left > 0 and (block := request.environ["wsgi.input"].read(min(BODY_BLOCK_BYTES, left))):
        left -= len(block)


def raw_records(limit_bytes: int) -> Iterator[bytes]:
    """Yield the records of the body: JSON lines, a JSON array, or server-sent events, as its first bytes show.

    Raises:
        ApiError: the body's encoding is unknown, or the body is not what it claims.
        RequestEntityTooLarge: the unpacked body has more bytes than the limit.
    """
    blocks = utf8_blocks(_blocks(limit_bytes))
    head = b""
    for block in blocks:
        head += block
        if head.strip():
            break
    cut = SPLITTERS[shape_of(head)]
    for cuts in cut(chain([head], blocks) if head else ()):
        for record, _ in cuts:
            if stripped := record.strip():
                yield stripped


def _blocks(limit: int) -> Iterator[bytes]:
    """Yield the unpacked body in blocks."""
    packed = request.headers.get("Content-Encoding", "").strip().lower()
    if packed not in ("", "identity", "gzip"):
        raise ApiError("bad_request", "Content-Encoding must be gzip, or left out.", 415)
    size = 0
    for block in _unzipped(limit) if packed == "gzip" else _read():
        size += len(block)
        if size > limit:
            raise RequestEntityTooLarge
        yield block


def _read() -> Iterator[bytes]:
    while block := request.stream.read(BODY_BLOCK_BYTES):
        yield block


def _unzipped(limit: int) -> Iterator[bytes]:
    """Yield the content of a gzip body, which may have several members; a bomb unpacks block by block."""
    machine = zlib.decompressobj(wbits=31)
    begun = False
    for packed in _read():
        data = packed
        while data:
            try:
                unpacked = machine.decompress(data, min(limit + 1, BODY_BLOCK_BYTES))
            except zlib.error as error:
                raise ApiError("bad_request", "The body is not valid gzip, as its header claims.") from error
            begun = True
            if unpacked:
                yield unpacked
            data = machine.unconsumed_tail
            if machine.eof:
                data, machine, begun = machine.unused_data.lstrip(b"\0"), zlib.decompressobj(wbits=31), False
    if begun:
        raise ApiError("bad_request", "The body's gzip ends in the middle.")
