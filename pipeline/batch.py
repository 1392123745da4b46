"""A batch of raw records, as it lies in Redis between the reader and a worker (the claim check).

MessagePack, zstd-compressed. The reader never looks into a record; the worker gets the same bytes at every attempt.
"""

from __future__ import annotations

import msgspec
import zstandard

MAX_BATCH_BYTES = 64 * 1024 * 1024


class RawRecord(msgspec.Struct, frozen=True, array_like=True):
    """One record as it came from the source; `received_at` in ms UTC."""

    received_at: int
    data: bytes


class RawBatch(msgspec.Struct, frozen=True, array_like=True):
    """Raw records of one source, in the order they came.

    `source` is the setting's name (demo, replay, bluesky, …), a hint for recognition only: a replayed record keeps the
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
    """Return the batch that `encode_batch` made.

    Raises:
        ValueError: the bytes are no batch of ours, or unpack to more than `MAX_BATCH_BYTES`.
    """
    try:
        return _decoder.decode(zstandard.ZstdDecompressor().decompress(data, max_output_size=MAX_BATCH_BYTES))
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ValueError(f"not a batch: {error}") from error
