"""A batch of raw records, as it lies in Redis between the reader and a worker (the claim check).

MessagePack, zstd-compressed. The reader never looks into a record; the worker gets the same bytes at every attempt.
"""

from __future__ import annotations

import msgspec
import zstandard

MAX_BATCH_BYTES = 64 * 1024 * 1024

INGEST, RECHECK, LOOKUP, FORGET = "ingest", "recheck", "lookup", "forget"
"""Labels of batches that no source reads: sent to `/api/ingest`, deletions that a re-check found, answers of the
servers it asked, and `murmur forget`."""
RESERVED = frozenset({INGEST, RECHECK, LOOKUP, FORGET})
"""Names that no installed source may have."""


class RawRecord(msgspec.Struct, frozen=True, array_like=True):
    """One record as it came from the source; `received_at` in ms UTC."""

    received_at: int
    data: bytes


class RawBatch(msgspec.Struct, frozen=True, array_like=True):
    """Raw records of one source, in the order they came.

    `source` is the label: the setting's name (demo, replay, bluesky, …) or one of `RESERVED`. It decides what the
    records may say (`source_permissions`); a replayed record keeps the network it came from. `instance` is the server
    where a source has several (Mastodon), else "".
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
    """Return the batch that `encode_batch` made.

    Raises:
        ValueError: the bytes are no batch of ours, or unpack to more than `MAX_BATCH_BYTES`.
    """
    try:
        size = zstandard.get_frame_parameters(data).content_size
        # `max_output_size` bounds only a frame that does not state its size; one that does is allocated at that size.
        if MAX_BATCH_BYTES < size < zstandard.CONTENTSIZE_ERROR:
            raise ValueError(f"not a batch: it says that it unpacks to {size:,} bytes")
        return _decoder.decode(zstandard.ZstdDecompressor().decompress(data, max_output_size=MAX_BATCH_BYTES))
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ValueError(f"not a batch: {error}") from error
