"""The time of a record is found without decoding the record."""

from __future__ import annotations

import pytest

from pipeline.sources.replay.record_time import record_time_ms


@pytest.mark.parametrize(
    ("record", "at_ms"),
    [
        (
            b'{"created_at":"Wed Oct 10 20:19:24 +0000 2018","user":{"created_at":"Mon Oct 10 20:19:24 +0000 2011"}}',
            1539202764000,
        ),
        (b'{"created_at":"Wed Oct 10 20:19:24 +0000 2018","timestamp_ms":"1539202764123"}', 1539202764123),
        (b'{"data":{"created_at":"2021-01-06T18:40:40.000Z","id":"1"}}', 1609958440000),
        (b'{"did":"did:plc:x","time_us":1725911162329308,"commit":{}}', 1725911162329),
        (
            b'{"event":"update","payload":"{\\"id\\":\\"1\\",\\"created_at\\":\\"2022-08-30T21:38:22.000Z\\"}"}',
            1661895502000,
        ),
        (b'{"text":"\\"created_at\\": 1600000000000"}', None),
        (b'{"created_at":"yesterday"}', None),
        (b'{"did": "did:plc:x", "time_us": 1725911162329308, "commit": {}}', 1725911162329),
        (b'{"did":"did:plc:x","time_us":"1725911162329308"}', 1725911162329),
        (b'{"did": "did:plc:x", "time": "2024-09-09T19:46:02.329Z", "commit": {}}', 1725911162329),
        (b'{"$type":"message","payload":{"time":"2024-09-09T19:46:02.329Z"}}', 1725911162329),
        (b'{"payload":{"witnessedAt":"2024-09-09T19:46:02.329Z","time":"2024-09-09T19:46:01Z"}}', 1725911162329),
        (b'{"timestamp_ms": "1458144002666", "id": 1}', 1458144002666),
        (b'{"created_at": "Wed Mar 16 16:00:02 +0000 2016"}', 1458144002000),
        (b'{"created_at":"2013-05-30 06:40:01 +0000"}', 1369896001000),
        (
            b'{"data":[{"created_at":"2021-09-22T14:00:00.000Z"}],"__twarc":{"retrieved_at":"2021-09-22T16:39:00+00:00"}}',
            1632328740000,
        ),
        (
            b'{"uri":"at://x","record":{"createdAt":"2020-01-01T00:00:00Z"},"indexedAt":"2024-09-09T19:46:02.329Z"}',
            1725911162329,
        ),
        (
            b'{"activity":{"published":"2024-05-01T10:00:00Z","object":{"updated":"2024-05-02T10:00:00Z"}}}',
            1714644000000,
        ),
        (b'{"id":1,"action":"delete","redacted_at":"2020-07-29T17:02:47.000Z"}', 1596042167000),
        (b'{"id":7,"type":"record","record":{"rev":"3l3qo2vutsw2b","action":"delete"}}', 1725911162251),
        (b'{"rev":"no revision"}', None),
        (b'{"created_at', None),
    ],
)
def test_time_of_a_record_is_seen_without_reading_it(record: bytes, at_ms: int | None) -> None:
    assert record_time_ms(record) == at_ms
