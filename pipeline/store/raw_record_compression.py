"""Raw record compression: one zstd frame a record, so that each can be deleted, with a shared dictionary.

The dictionary (`raw_record_dictionary.txt`) is written by hand and holds only names that the formats use: a dictionary
trained on records would keep pieces of posts that were deleted since. A changed dictionary needs a new number, which is
the first byte of each row; rows of another number, or damaged ones, raise `StoreError`.
"""

from __future__ import annotations

from importlib.resources import files

import zstandard

from pipeline.errors import StoreError

MAX_RAW_BYTES = 64 * 1024 * 1024
_DICTIONARY_NUMBER = 1

_DICTIONARY = zstandard.ZstdCompressionDict(
    files("pipeline.store").joinpath("raw_record_dictionary.txt").read_bytes(), dict_type=zstandard.DICT_TYPE_RAWCONTENT
)
_LEVEL = 1
_DICTIONARY.precompute_compress(level=_LEVEL)

_compressors: list[zstandard.ZstdCompressor] = []
_decompressors: list[zstandard.ZstdDecompressor] = []
"""Contexts that no thread uses now. Python-zstandard documents that two threads must not use one context at once, and
the module releases the interpreter's lock while it works. `pop` and `append` of a list are atomic."""


def _compress(raw: bytes) -> bytes:
    try:
        compressor = _compressors.pop()
    except IndexError:
        compressor = zstandard.ZstdCompressor(
            level=_LEVEL, dict_data=_DICTIONARY, write_checksum=False, write_dict_id=False
        )
    packed = compressor.compress(raw)
    _compressors.append(compressor)
    return packed


def _decompress(data: bytes) -> bytes:
    try:
        decompressor = _decompressors.pop()
    except IndexError:
        decompressor = zstandard.ZstdDecompressor(dict_data=_DICTIONARY)
    raw = decompressor.decompress(data, max_output_size=MAX_RAW_BYTES)
    _decompressors.append(decompressor)
    return raw


def compress(raw: bytes) -> bytes:
    """Return the bytes to store for a raw record."""
    return bytes((_DICTIONARY_NUMBER,)) + _compress(raw)


def decompress(data: bytes) -> bytes:
    """Return the raw record of stored bytes.

    Raises:
        StoreError: another version stored the bytes, or they are damaged.
    """
    try:
        if data[:1] != bytes((_DICTIONARY_NUMBER,)):
            raise StoreError("a raw record was stored by another version")
        return _decompress(data[1:])
    except zstandard.ZstdError as error:
        raise StoreError(f"a raw record cannot be read: {error}") from error
