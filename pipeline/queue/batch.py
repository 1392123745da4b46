"""Raw batch: records of one source as received, their encoding to bytes and back, and labels that no source may bear.

The bytes are MessagePack compressed with zstd; decoding refuses more than `MAX_BATCH_BYTES`. The labels in `RESERVED`
mark batches that come from no source: API, import, re-check, `murmur forget`. Nothing here looks into a record. A
worker gets the same bytes at every attempt.
"""

from __future__ import annotations

import msgspec
import zstandard

BATCH_MAX_RECORDS = 500
"""Records from which on a batch is full."""
BATCH_MAX_BYTES = 4 * 1024 * 1024
"""Bytes of records from which on a batch is full."""
UNPACKED_MAX_BYTES = 64 * 1024 * 1024
"""Most bytes that a batch may unpack to."""

INGEST, IMPORT, RECHECK, LOOKUP, FORGET = "ingest", "import", "recheck", "lookup", "forget"
"""Labels of batches that come from no source: records sent to `/api/ingest`, records of files (`murmur import`),
deletions that a re-check found, records that a re-check looked up, and `murmur forget`."""
RESERVED = frozenset({INGEST, IMPORT, RECHECK, LOOKUP, FORGET})
"""Names that no installed source may have."""


class RawRecord(msgspec.Struct, frozen=True, array_like=True):
    """One record as it came from the source; `received_at` in ms UTC."""

    received_at: int
    data: bytes


class RawBatch(msgspec.Struct, frozen=True, array_like=True):
    """Raw records of one source, in the order they came.

    `source` is the label: the setting's name (demo, replay, bluesky, …) or one of `RESERVED`. The label decides which
    kinds of records the batch may hold (`pipeline/normalise/source_permissions.py`); a replayed record keeps the
    network it came from. `instance` is the server where a source has several (Mastodon), else "".
    """

    source: str
    records: list[RawRecord]
    instance: str = ""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(RawBatch)


def encode_batch(batch: RawBatch) -> bytes:
    """Return the batch's compressed bytes."""
    return zstandard.ZstdCompressor(level=1).compress(_encoder.encode(batch))


def decode_batch(data: bytes) -> RawBatch:
    """Return the batch that `encode_batch` encoded.

    Raises:
        ValueError: the bytes are not such a batch, or unpack to more than `UNPACKED_MAX_BYTES`.
    """
    try:
        size = zstandard.get_frame_parameters(data).content_size
        # `max_output_size` bounds only frames that do not state their size; a stated size is allocated as it is.
        if UNPACKED_MAX_BYTES < size < zstandard.CONTENTSIZE_ERROR:
            raise ValueError(f"not a batch: it says that it unpacks to {size:,} bytes")
        return _decoder.decode(zstandard.ZstdDecompressor().decompress(data, max_output_size=UNPACKED_MAX_BYTES))
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ValueError(f"not a batch: {error}") from error
