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
        (b'{"created_at', None),
    ],
)
def test_time_of_a_record_is_seen_without_reading_it(record: bytes, at_ms: int | None) -> None:
    assert record_time_ms(record) == at_ms
