"""Splitters of records: no bytes stop them, and blocks may end anywhere."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.large_document import RECORD_MAX_BYTES
from pipeline.sources.record_splitter import SPLITTERS, document, events, lines, shape_of

RECORDS = [{"murmur": 1, "id": f"demo:{n}", "created_at": 1_600_000_000_000 + 1000 * n} for n in range(5)]


LINES = [json.dumps(record, separators=(",", ":")).encode() for record in RECORDS]


@given(st.lists(st.binary(max_size=60), max_size=6), st.sampled_from(sorted(SPLITTERS)))
def test_no_bytes_stop_a_cutter(blocks: list[bytes], shape: str) -> None:
    ends = [end for cuts in SPLITTERS[shape](blocks) for _, end in cuts]
    assert ends == sorted(ends)
    assert all(0 < end <= sum(map(len, blocks)) for end in ends)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=30), st.sampled_from(["lines", "document", "events"]))
def test_where_blocks_end_changes_nothing(cuts: list[int], shape: str) -> None:
    body = {
        "lines": b"\n".join(LINES),
        "document": json.dumps([{"a": 'x"}]\\', "b": [{"c": "{"}]}, *RECORDS], indent=1).encode(),
        "events": b"".join(b"event: update\ndata: " + line + b"\n\n" for line in LINES),
    }[shape]
    blocks, rest = [], body
    for size in cuts:
        blocks.append(rest[:size])
        rest = rest[size:]
    blocks.append(rest)
    cutter = {"lines": lines, "document": document, "events": events}[shape]
    whole = [cut for found in cutter([body]) for cut in found]
    assert [cut for found in cutter(blocks) for cut in found] == whole
    assert len(whole) >= len(LINES)


def test_shape_is_detected_from_the_first_bytes() -> None:
    assert shape_of(b'{"a":1}\n{"a":2}\n') == "lines"
    assert shape_of(b'  [\n {"a"') == "document"
    assert shape_of(b'{\n  "data": [') == "document"
    assert shape_of(b":)\nevent: update\n") == "events"
    assert shape_of(b"") == "lines"


def test_the_end_of_an_event_line_too_long_is_no_line_of_its_own() -> None:
    block = 65_536
    body = (b"event: update\ndata: ").ljust(RECORD_MAX_BYTES + block, b"x")  # with this block it is too long
    body += b"event: forged\ndata: 1\n\n"  # in the middle of the line
    found = [data for cuts in events(body[at : at + block] for at in range(0, len(body), block)) for data, _ in cuts]
    assert [json.loads(data)["event"] for data in found] == ["update"]
