"""Raw records: one zstd frame each, so that each can be deleted, with a shared dictionary of what records look like.

The dictionary holds only the names that the formats use, written by hand: one trained on records would keep pieces of
posts that were withdrawn since. Changing it needs a new number, kept in the first byte of each row.
"""

from __future__ import annotations

import zstandard

from pipeline.errors import StoreError

MAX_RAW_BYTES = 64 * 1024 * 1024
_NUMBER = 1


def _dictionary() -> bytes:
    return b""


_compress = zstandard.ZstdCompressor(level=1, write_checksum=False, write_dict_id=False).compress
_decompress = zstandard.ZstdDecompressor().decompress


def compress(raw: bytes) -> bytes:
    """Return what is stored for a raw record."""
    return bytes((_NUMBER,)) + _compress(raw)


def decompress(data: bytes) -> bytes:
    """Return the raw record again.

    Raises:
        StoreError: the bytes are not ours.
    """
    try:
        if data[:1] != bytes((_NUMBER,)):
            raise StoreError("a raw record was stored by another version")
        return _decompress(data[1:], max_output_size=MAX_RAW_BYTES)
    except zstandard.ZstdError as error:
        raise StoreError(f"a raw record cannot be read: {error}") from error
