"""The encoding of raw batches: decoding returns what was encoded, and nothing unpacks to more than its bound."""

from __future__ import annotations

import pytest
import zstandard

from pipeline.queue import batch as module
from pipeline.queue.batch import RawBatch, RawRecord, decode_batch, encode_batch


def test_a_decoded_batch_equals_the_encoded_one_with_or_without_an_instance() -> None:
    batch = RawBatch("mastodon", [RawRecord(7, b"\xff{")], "home.example")
    assert decode_batch(encode_batch(batch)) == batch
    short = zstandard.ZstdCompressor().compress(b"\x92\xa4demo\x91\x92\x07\xc4\x01a")
    assert decode_batch(short) == RawBatch("demo", [RawRecord(7, b"a")])


@pytest.mark.parametrize("stated", [True, False])
def test_frame_that_unpacks_to_too_much_is_refused(stated: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNPACKED_MAX_BYTES", 1_000)
    packed = zstandard.ZstdCompressor(write_content_size=stated)
    for size, refused in ((900, False), (1_001, True)):
        whole = module._encoder.encode(RawBatch("demo", [RawRecord(1, b"a" * size)]))
        data = packed.compress(whole)
        assert (zstandard.get_frame_parameters(data).content_size == len(whole)) == stated
        if refused:
            with pytest.raises(ValueError, match="not a batch"):
                decode_batch(data)
        else:
            assert len(decode_batch(data).records[0].data) == size


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x28\xb5\x2f\xfd", zstandard.ZstdCompressor().compress(b"\xc1")])
def test_bytes_that_are_no_batch_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a batch"):
        decode_batch(data)
