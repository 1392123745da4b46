"""Raw records: one zstd frame each, so that each can be deleted, with a shared dictionary of what records look like.

The dictionary (`raw_record_dictionary.txt`) holds only names that the formats use, written by hand: one trained on records would keep
pieces of posts that were withdrawn since. A changed one needs a new number, which is the first byte of each row.
"""

from __future__ import annotations

from importlib.resources import files

import zstandard

from pipeline.errors import StoreError

MAX_RAW_BYTES = 64 * 1024 * 1024
_NUMBER = 1


_DICTIONARY = zstandard.ZstdCompressionDict(
    files("pipeline.store").joinpath("raw_record_dictionary.txt").read_bytes(), dict_type=zstandard.DICT_TYPE_RAWCONTENT
)
_LEVEL = 1
_DICTIONARY.precompute_compress(level=_LEVEL)
_compress = zstandard.ZstdCompressor(
    level=_LEVEL, dict_data=_DICTIONARY, write_checksum=False, write_dict_id=False
).compress
_decompress = zstandard.ZstdDecompressor(dict_data=_DICTIONARY).decompress


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
