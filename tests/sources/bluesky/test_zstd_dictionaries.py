"""Compressed events: the server's own dictionary is used, and events come uncompressed once the server lost it."""

from __future__ import annotations

import zstandard

from tests.sources.background_reading import until
from tests.sources.bluesky.reading import now_us, read
from tests.sources.simulators.jetstream import Jetstream, commit


def _dictionary() -> bytes:
    samples = [f'{{"$type":"message","payload":{{"seq":{n},"did":"did:plc:{n}"}}}}' * 3 for n in range(2000)]
    return zstandard.train_dictionary(4096, [sample.encode() for sample in samples]).as_bytes()


def test_newer_wire_is_compressed_with_the_servers_dictionary() -> None:
    known = _dictionary()
    with Jetstream(dictionary=known) as server, read(server, newer=True) as reading:
        until(lambda: server.requested)
        assert server.requested[0].query["zstdDictionary"] == [str(zstandard.ZstdCompressionDict(known).dict_id())]
        server.publish(commit(now_us(), "small"))
        until(lambda: reading.texts() == ["small"])


def test_dictionary_the_server_does_not_know_any_more_is_done_without() -> None:
    with Jetstream(dictionary=_dictionary()) as server:
        server.refusals.append((400, {}, b'{"error":"UnknownZstdDictionary","message":"5"}'))
        with read(server, newer=True) as reading:
            until(lambda: len(server.requested) == 2)
            assert "zstdDictionary" not in server.requested[1].query
            server.publish(commit(now_us(), "plain"))
            until(lambda: reading.texts() == ["plain"])
            assert not reading.errors
